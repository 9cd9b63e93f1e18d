"""Networks of ONNX files and of torch's modules as predictors: what the format's own evaluator says of them."""

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, bert_config, hf_tensors, llama_config, weights

from mpc.errors import LocalError
from protocols.models.chain import Chain
from protocols.models.loading import load

RANDOM = np.random.default_rng(11)
W1, B1, W2, B2 = (RANDOM.normal(0, 1, shape).astype(np.float32) for shape in ((4, 6), (6,), (6, 3), (3,)))
ROWS = RANDOM.normal(0, 1, (7, 4)).astype(np.float32)


def refusal(source, code="unsupported-model"):
    with pytest.raises(LocalError) as caught:
        load(source)
    assert caught.value.code == code
    return str(caught.value)


class Onnx:
    """Files of small networks."""

    def __init__(self, tmp_path):
        self.onnx = pytest.importorskip("onnx")
        self.path = tmp_path / "model.onnx"

    def write(self, *nodes, shape=("rows", 4), outputs=("y",), **constants):
        """Nodes as (operator, inputs, output, attributes); "x" is the input and "y" the output."""
        helper, floats = self.onnx.helper, self.onnx.TensorProto.FLOAT
        made = [helper.make_node(kind, inputs, [output], **named) for kind, inputs, output, named in nodes]
        arrays = [self.onnx.numpy_helper.from_array(array, name) for name, array in constants.items()]
        graph = helper.make_graph(
            made, "net", [helper.make_tensor_value_info("x", floats, shape)],
            [helper.make_tensor_value_info(name, floats, None) for name in outputs], arrays,
        )  # fmt: skip
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        self.onnx.save(helper.make_model(graph, opset_imports=opsets), self.path)
        return self.path

    def says(self):
        from onnx.reference import ReferenceEvaluator

        return ReferenceEvaluator(str(self.path)).run(None, {"x": ROWS})[0]


@pytest.fixture
def onnx(tmp_path):
    return Onnx(tmp_path)


def test_products_sums_and_functions_are_those_of_the_evaluator(onnx):
    path = onnx.write(
        ("Sub", ["x", "mean"], "a", {}), ("Div", ["a", "scale"], "b", {}),
        ("Gemm", ["b", "w1", "b1"], "c", {"transB": 1}),
        ("Relu", ["c"], "d", {}), ("Dropout", ["d"], "e", {}), ("MatMul", ["e", "w2"], "f", {}),
        ("Add", ["b2", "f"], "g", {}), ("Tanh", ["g"], "h", {}), ("Mul", ["h", "two"], "i", {}),
        ("Sub", ["two", "i"], "y", {}), mean=B1[:4], scale=np.abs(B1[:4]), w1=W1.T.copy(), b1=B1, w2=W2, b2=B2[None],
        two=np.array(2.0, np.float32),
    )  # fmt: skip
    predictor = load(path)
    assert np.allclose(predictor.decision(ROWS), onnx.says(), atol=1e-5)
    assert (predictor.link, len(predictor.parts)) == ("values", 3)


def test_a_softmax_at_the_end_gives_classes_and_a_single_sigmoid_two(onnx):
    path = onnx.write(("Gemm", ["x", "w"], "a", {"alpha": 0.5}), ("Softmax", ["a"], "y", {"axis": 1}), w=W1)
    predictor = load(path)
    assert (predictor.link, predictor.classes) == ("softmax", tuple(range(6)))
    assert np.array_equal(predictor.predict(ROWS), onnx.says().argmax(axis=1))
    scores = np.exp(predictor.decision(ROWS))
    assert np.allclose(scores / scores.sum(axis=1, keepdims=True), onnx.says(), atol=1e-6)
    path = onnx.write(("MatMul", ["x", "w"], "a", {}), ("Sigmoid", ["a"], "y", {}), w=W1[:, :1].copy())
    predictor = load(path)
    assert (predictor.link, predictor.classes) == ("sigmoid", (0, 1))
    assert np.array_equal(predictor.predict(ROWS), (onnx.says()[:, 0] > 0.5).astype(int))


def test_constants_may_be_nodes(onnx):
    value = onnx.onnx.numpy_helper.from_array(W1)
    path = onnx.write(("Constant", [], "w", {"value": value}), ("MatMul", ["x", "w"], "y", {}))
    assert np.allclose(load(path).decision(ROWS), onnx.says(), atol=1e-6)


def test_every_operator_that_is_not_supported_is_counted(onnx):
    said = refusal(
        onnx.write(("LSTM", ["x"], "a", {}), ("Erf", ["a"], "b", {}), ("Erf", ["b"], "c", {}), ("Relu", ["c"], "y", {}))
    )
    assert "1 of LSTM" in said
    assert "2 of Erf" in said
    assert "Gemm" in said.split("what to do")[1]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([("MatMul", ["w", "x"], "y", {})], "on the left"),
        ([("Gemm", ["x", "w"], "y", {"transA": 1})], "on the left"),
        ([("Relu", ["x"], "a", {}), ("Add", ["a", "x"], "y", {})], "without branches"),
        ([("Add", ["x", "x"], "y", {})], "without branches"),
        ([("Softmax", ["x"], "a", {}), ("Relu", ["a"], "y", {})], "not at the end"),
        ([("Softmax", ["x"], "y", {"axis": 0})], "another axis"),
        ([("Div", ["w", "x"], "y", {})], "division by a secret"),
        ([("MatMul", ["x", "other"], "y", {})], "(3, 3) on rows of 4"),
        ([("Add", ["x", "column"], "y", {})], "another number for each row"),
        ([("Cast", ["x"], "y", {"to": 7})], "no floating-point type"),
        ([("Flatten", ["x"], "y", {"axis": 0})], "another axis"),
        ([("Identity", ["x"], "y", {})], "no layer"),
        ([("MatMul", ["x", "w"], "z", {})], "no end of the chain"),
    ],
)
def test_what_is_no_chain_of_rows_is_refused(onnx, nodes, said):
    constants = {"w": W1[:4, :4].copy(), "other": W1[:3, :3].copy(), "column": np.ones((7, 1), np.float32)}
    assert said in refusal(onnx.write(*nodes, **constants))


def test_inputs_that_are_no_rows_are_refused(onnx):
    assert "two dimensions" in refusal(onnx.write(("Relu", ["x"], "y", {}), shape=("rows", 3, 4)))
    path = onnx.write(("Mul", ["x", "two"], "y", {}), shape=("rows", "features"), two=np.float32([2]))
    assert "how many there are" in refusal(path)


def test_files_that_are_no_onnx_or_point_elsewhere_are_refused(onnx, tmp_path):
    path = onnx.write(("MatMul", ["x", "w"], "y", {}), w=W1)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refusal(path, "unreadable-model")
    secret = tmp_path / "elsewhere"
    secret.write_bytes(W1.tobytes())
    model = onnx.onnx.load_from_string(whole)
    onnx.onnx.external_data_helper.set_external_data(model.graph.initializer[0], "elsewhere")
    model.graph.initializer[0].ClearField("raw_data")
    path.write_bytes(model.SerializeToString())
    assert "weights in other files" in refusal(path)


def test_an_onnx_file_with_other_bytes_is_refused_or_read_and_nothing_else(onnx):
    path = onnx.write(
        ("Gemm", ["x", "w", "b"], "a", {}), ("Relu", ["a"], "c", {}), ("Tanh", ["c"], "y", {}), w=W1, b=B1
    )
    whole, random, codes = path.read_bytes(), np.random.default_rng(2), set()
    for _ in range(150):
        changed = bytearray(whole)
        for place in random.integers(len(whole), size=2):
            changed[place] = random.choice([0, 1, 255, random.integers(256)])
        path.write_bytes(changed)
        try:
            load(path)
        except LocalError as error:
            codes.add(error.code)
    assert codes == {"unreadable-model", "unsupported-model"}


def test_numbers_that_are_not_finite_are_refused(onnx):
    wrong = np.where(np.arange(24).reshape(4, 6) == 9, np.float32(np.inf), W1)
    assert "not finite" in refusal(onnx.write(("MatMul", ["x", "w"], "y", {}), w=wrong))
    assert "not finite" in refusal(module("Linear", weight=wrong.T, bias=B1))


class Tensor:
    """What is read of a tensor of torch's."""

    def __init__(self, array):
        self.array, self.shape = np.asarray(array), np.shape(array)

    def detach(self):
        return self

    cpu = detach

    def is_floating_point(self):
        return self.array.dtype.kind == "f"

    def double(self):
        return Tensor(self.array.astype(np.float64))

    def float(self):
        return Tensor(self.array.astype(np.float32))

    def numpy(self):
        return self.array


def module(name, children=(), state=None, **attributes):
    """A stand-in for a module of torch's: its class's name, and what is read of it."""
    tensors = {key: Tensor(value) if isinstance(value, np.ndarray) else value for key, value in attributes.items()}
    kept = {key: Tensor(value) for key, value in (state or {}).items()}
    body = {"children": lambda self: iter(children), "state_dict": lambda self: kept, **tensors}
    return type(name, (), body)()


def test_a_sequential_is_a_chain():
    first, second = module("Linear", weight=W1.T, bias=B1), module("Linear", weight=W2.T, bias=None)
    mean, variance = B1, np.abs(B1) + 1
    norm = module("BatchNorm1d", running_mean=mean, running_var=variance, eps=1e-5, weight=B1, bias=B1[::-1])
    inner = module("Sequential", [module("ReLU"), norm, module("Dropout")])
    predictor = load(module("Sequential", [first, inner, second, module("Softmax", dim=-1)]))
    hidden = (np.maximum(ROWS @ W1 + B1, 0) - mean) / np.sqrt(variance + 1e-5) * B1 + B1[::-1]
    assert np.allclose(predictor.decision(ROWS), hidden @ W2, atol=1e-5)
    assert (predictor.link, len(predictor.parts)) == ("softmax", 2)
    assert load(module("Linear", weight=W1.T, bias=B1)).parts[0].weight.shape == (4, 6)


def test_modules_whose_forward_is_their_own_are_refused():
    first = module("Linear", weight=W1.T, bias=B1)
    said = refusal(module("Sequential", [first, module("LSTM"), module("Conv2d")]))
    assert all(each in said for each in ("a LSTM", "a Conv2d", "torch.onnx.export"))
    assert "a MyNet" in refusal(module("MyNet", [first]))
    assert "no layer" in refusal(module("Sequential", []))
    assert "follow one another" in refusal(module("Sequential", [first, first]))
    assert "before any layer" in refusal(module("Sequential", [module("ReLU"), first]))


@pytest.mark.parametrize(("architecture", "config"), [(BERT, bert_config()), (LLAMA, llama_config())])
def test_transformers_of_torch_are_read_by_their_state(architecture, config):
    own = weights(architecture)
    stated = type("Config", (), {"to_dict": lambda self: config})()
    model = load(module("AnyModel", state=hf_tensors(architecture, own), config=stated))
    assert model.architecture == architecture
    assert all(np.array_equal(model.tensors[name], array) for name, array in own.items())
    odd = type("Config", (), {"to_dict": lambda self: {"model_type": "gpt2"}})()
    assert "'gpt2'" in refusal(module("AnyModel", state={}, config=odd))


def test_a_real_module_of_torch_is_a_chain():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3)).eval()
    with torch.no_grad():
        assert np.allclose(load(net).decision(ROWS), net(torch.as_tensor(ROWS)).numpy(), atol=1e-5)


def test_a_chain_says_what_does_not_follow():
    for steps in (("softmax",), ("activate", "relu"), ("predictor",)):
        with pytest.raises(ValueError, match=r"before any layer|no layer"):
            getattr(Chain(), steps[0])(*steps[1:])
