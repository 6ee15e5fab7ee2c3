"""MLflow: a model of typed Python, saved and then served by its own command.

It takes JSON and tables, so there is no raw form.
"""

import sys

import mlflow
from servers.work import Work


class Photos(mlflow.pyfunc.PythonModel):
    """The model; loaded once in each worker."""

    def load_context(self, context: object) -> None:
        """Load it."""
        self.work = Work()

    def predict(self, model_input: list[str]) -> list[str]:
        """Answer photos in base64."""
        return [self.work.input_bytes(each) for each in model_input]


if __name__ == "__main__":
    mlflow.pyfunc.save_model(
        sys.argv[1], python_model=Photos(), input_example=None, pip_requirements=["mlflow"]
    )
