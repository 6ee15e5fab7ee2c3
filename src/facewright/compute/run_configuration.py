"""`config/NAME.runconfig`: how a script is run, and where."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from facewright.compute.settings_file import SettingsFile, checked_name, read_settings
from facewright.errors import TargetError

_FILE = "$file"


def _framework(value: Any) -> str:
    if value == "Python":
        return "Python"
    if value == "PySpark":
        raise ValueError("Spark is not supported; write `Framework: Python`")
    raise ValueError("expected Python")


class RunConfiguration(SettingsFile):
    """How a script is run.

    Attributes:
        target: Name of a compute target.
        argument_vector: Script and arguments; ``$file`` stands for the script that is named when
            a run is submitted.
        environment_variables: Variables for the script.
        framework: Always ``Python``.
        dependencies_file: Conda environment file, relative to the project.
        prepare_environment: Whether submitting prepares the environment first.
        tracked_run: Whether the run appears in the history.
    """

    argument_vector: list[str] = Field([_FILE], alias="ArgumentVector")
    target: str = Field(alias="Target")
    environment_variables: dict[str, str] = Field({}, alias="EnvironmentVariables")
    framework: Annotated[str, BeforeValidator(_framework)] = Field("Python", alias="Framework")
    dependencies_file: str = Field("config/dependencies.yml", alias="CondaDependenciesFile")
    prepare_environment: bool = Field(False, alias="PrepareEnvironment")
    tracked_run: bool = Field(True, alias="TrackedRun")
    # Spark and data preparation are not carried over; old files keep working.
    spark_dependencies_file: Any = Field(None, alias="SparkDependenciesFile", exclude=True)
    use_sampling: Any = Field(None, alias="UseSampling", exclude=True)
    data_source: Any = Field(None, alias="DataSource", exclude=True)
    data_source_settings: Any = Field(None, alias="DataSourceSettings", exclude=True)
    data_source_substitutions: Any = Field(None, alias="DataSourceSubstitutions", exclude=True)

    def arguments(self, script: str | None, arguments: Sequence[str]) -> list[str]:
        """Return script and arguments of a run.

        Args:
            script: What ``$file`` stands for; None when none was named.
            arguments: Further arguments.

        Raises:
            TargetError: A script is needed and none was named, or the other way round.
        """
        if (script is None) == any(_FILE in part for part in self.argument_vector):
            wants = "a script to run" if script is None else "no script, it names one itself"
            raise TargetError(
                f"the run configuration's ArgumentVector wants {wants}",
                hint="name a file of the project, such as train.py, and then its own arguments"
                if script is None
                else "leave the script out, or put $file into ArgumentVector",
            )
        filled = [part.replace(_FILE, script or "") for part in self.argument_vector]
        return [*filled, *arguments]


def run_configuration_path(config: Path, name: str) -> Path:
    """Return the file of a run configuration in a project's `config/`."""
    return config / f"{checked_name(name)}.runconfig"


def read_run_configuration(config: Path, name: str) -> RunConfiguration:
    """Read a run configuration.

    Raises:
        TargetError: There is none of that name, or its file is wrong.
    """
    return read_settings(run_configuration_path(config, name), RunConfiguration)


def run_configuration_names(config: Path) -> list[str]:
    """Return the names of a project's run configurations, sorted."""
    return sorted(path.name.removesuffix(".runconfig") for path in config.glob("[!.]*.runconfig"))
