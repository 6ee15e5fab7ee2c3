"""Writing `my_model.onnx`: the embedder's graph, our head on it, and the contract."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from facewright.classifier.head import HEAD_SCALE, HeadWeights
from facewright.recognizer.contract import CONTRACT_KEY, RecognitionContract


def write_onnx(
    path: Path, embedder: bytes, head: HeadWeights, contract: RecognitionContract
) -> None:
    """Write the trained network for serving.

    Args:
        path: Where to write.
        embedder: ONNX graph with the output `embedding`, unit length [N, D].
        head: The trained head.
        contract: Goes into the metadata.
    """
    model = onnx.load_from_string(embedder)
    _append_head(model.graph, head)
    _keep_contract(model, contract)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _append_head(graph: onnx.GraphProto, head: HeadWeights) -> None:
    # The stretch in front of the softmax is a factor of the kernel.
    kernel = (head.kernel * HEAD_SCALE).astype(np.float32)
    graph.initializer.extend(
        [
            numpy_helper.from_array(kernel, "head_kernel"),
            numpy_helper.from_array(head.bias.astype(np.float32), "head_bias"),
        ]
    )
    inputs = ["embedding", "head_kernel", "head_bias"]
    graph.node.extend(
        [
            helper.make_node("Gemm", inputs, ["head_logits"], name="head"),
            helper.make_node("Softmax", ["head_logits"], ["probabilities"], name="softmax", axis=1),
        ]
    )
    shape = ["N", head.kernel.shape[1]]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, shape)
    graph.output.insert(0, output)


def _keep_contract(model: onnx.ModelProto, contract: RecognitionContract) -> None:
    helper.set_model_props(model, {CONTRACT_KEY: contract.model_dump_json()})
    model.producer_name = "facewright"
