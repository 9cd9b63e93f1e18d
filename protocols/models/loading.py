"""One call for whatever a model comes as."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpc.errors import LocalError
from protocols.arguments import file_path
from protocols.models.architectures import Architecture
from protocols.models.configs import config_in
from protocols.models.gguf_header import MAGIC
from protocols.models.model import Model
from protocols.models.onnx_file import predictor_in
from protocols.models.predictor import Predictor, require_finite
from protocols.models.public_file import BEGINNING, read_public
from protocols.models.refusals import unreadable
from protocols.models.sklearn_estimators import is_estimator, predictor_of
from protocols.models.tokenizing import Tokenizer, tokenizer_in
from protocols.models.torch_modules import is_module, model_of
from protocols.models.transformer_files import of_gguf, of_safetensors


def load(
    source: Any,
    *,
    architecture: Architecture | str | None = None,
    config: Mapping[str, Any] | str | Path | None = None,
    tokenizer: Tokenizer | str | Path | None = None,
) -> Model | Predictor:
    """A model of a file or of another library, to be asked privately by `mpc.learning`, or in the clear by its owner.

    A fitted estimator of scikit-learn, an ONNX file and a Sequential of torch's give a `Predictor`, for
    `secret_model`; a transformer of torch's, with its config, and files of transformers a `Model`.

    `source`: one of these; a safetensors file (BERT, Llama as Hugging Face stores them; config.json and tokenizer.json
    stand beside it unless they are given), a GGUF file (Llama), or a folder with one of them. `architecture`: "bert",
    "llama", or one with its numbers. Weights are read when they are asked for, one at a time.

    Whoever owns no weights takes the public part: a file that the owner wrote by `mpc.learning.write_public(model,
    path)`, which `load` takes as well. Nothing is sent, and nothing of a file runs. Formats are read by the extra
    `models`.

    LocalError `unsupported-model` lists everything that is not supported with the nearest form that is;
    `unreadable-model`: a file that is cut short or damaged; `wrong-architecture`, `models-not-installed`,
    `wrong-argument`.
    """
    if is_estimator(source):
        return require_finite(predictor_of(source), "the estimator")
    known = tokenizer if isinstance(tokenizer, Tokenizer | None) else tokenizer_in(file_path(tokenizer, "tokenizer"))
    if is_module(source):
        return model_of(source, architecture if not isinstance(architecture, str) else None, known)
    path = _file_of(file_path(source, "source"))
    stated = _config(config)
    if path.suffix == ".onnx":
        return require_finite(predictor_in(path), path.name)
    if _begins(path, BEGINNING):
        return read_public(path)
    if _begins(path, MAGIC):
        return of_gguf(path, architecture, known)
    return of_safetensors(path, architecture, stated, known)


def _config(config: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any] | None:
    return config if config is None or isinstance(config, Mapping) else config_in(file_path(config, "config"))


def _file_of(path: Path) -> Path:
    """The one file of a folder that is a model, or the file itself. LocalError `unreadable-model`."""
    if not path.exists():
        raise LocalError("unreadable-model", f"there is no {path}", "the path of a file, or of the folder it is in")
    if not path.is_dir():
        return path
    files = sorted(each for each in path.iterdir() if each.suffix in (".safetensors", ".gguf"))
    if len(files) != 1:
        raise unreadable(path.name, f"{len(files)} files of weights in the folder, and one is read")
    return files[0]


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise unreadable(path.name, str(error)) from None
