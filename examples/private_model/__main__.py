"""The whole of it, as `make example-models` runs it: real models, asked privately by
another process, with a third one that makes their material, over TLS.

    python -m examples.private_model [search|chat] [--question TEXT] [--most 24]

Beside what the user learns stands what the model says in the clear.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from examples.datasets import Unavailable
from examples.pretrained import fetched
from mpc import learning

FOLDER = Path(__file__).parent
CONSOLE = Console(highlight=False)
MOST_ELEMENTS = 1 << 29
DOCUMENTS = (
    "The contract of employment ends with three months' notice.",
    "Blood pressure should be measured on both arms at the first visit.",
    "The bakery opens at six in the morning, except on Sundays.",
    "A deposit of two months' rent is returned after the flat is handed over.",
    "The pump must not run dry; check the oil before every start.",
    "Refunds are paid within fourteen days to the account that was charged.",
)
QUESTIONS = (
    "How do I get my money back?",
    "My landlord keeps what I paid when I moved in.",
    "When can I buy fresh bread?",
)


def main() -> int:
    """Run what the words say; the exit code."""
    parser = argparse.ArgumentParser(description="Ask real models privately.")
    parser.add_argument(
        "what", nargs="?", choices=("search", "chat", "both"), default="both"
    )
    parser.add_argument("--question", default="What is the capital of France?")
    parser.add_argument("--most", type=int, default=24, help="Tokens of the answer.")
    given = parser.parse_args()
    try:
        well = given.what == "chat" or search()
        well &= given.what == "search" or chat(given.question, given.most)
    except Unavailable as missing:
        CONSOLE.print(f"[red]{missing}[/red]")
        return 1
    return 0 if well else 1


def search() -> bool:
    """MiniLM finds documents; whether it finds what it finds in the clear."""
    model = pretrained("minilm")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "documents").write_text("\n".join(DOCUMENTS))
        (folder / "questions").write_text("\n".join(QUESTIONS))
        files = {"documents": folder / "documents", "questions": folder / "questions"}
        summary = asked("search.py", "minilm", model, folder, files)
    found = of_user(summary)
    clear = model.clear.embed(QUESTIONS)
    private = np.array(found["embeddings"])
    cosines = (private * clear).sum(1) / np.linalg.norm(private, axis=1)
    table = Table("the user asks", "the nearest document", "cosine to the clear")
    for text, place, cosine in zip(QUESTIONS, found["nearest"], cosines, strict=True):
        table.add_row(text, DOCUMENTS[place], f"{cosine:.5f}")
    CONSOLE.print(table)
    tell(summary)
    places = (clear @ model.clear.embed(DOCUMENTS).T).argmax(1)
    return bool(found["nearest"] == places.tolist() and cosines.min() > 0.9995)


def chat(question: str, most: int) -> bool:
    """SmolLM2 answers; whether as it does in the clear."""
    model = pretrained("smollm2")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "question").write_text(question)
        files = {"question": folder / "question", "most": most}
        summary = asked("chat.py", "smollm2", model, folder, files)
    found, clear = of_user(summary), model.clear.answer(question, most)
    CONSOLE.print(f"[bold]privately[/bold]    {found['text']}")
    CONSOLE.print(f"[bold]in the clear[/bold] {clear}")
    CONSOLE.print(f"{found['seconds'] / found['count']:.2f} s a token")
    tell(summary)
    return bool(found["text"] == clear)


def pretrained(name: str) -> learning.Model:
    """A transformer, fetched where it is not here yet."""
    model = learning.load(fetched(name))
    assert isinstance(model, learning.Model)
    return model


def asked(
    program: str, name: str, model: Any, folder: Path, arguments: dict[str, Any]
) -> Any:
    """The summary of a run of owner and user, each a process, with a dealer."""
    learning.write_public(model, folder / "public")
    arguments = {
        "model": fetched(name).resolve(),
        "public": folder / "public",
        **arguments,
    }
    words = [f"--arg={key}={value}" for key, value in arguments.items()]
    words += ["-n", "2", "--name", "0=owner", "--name", "1=user"]
    words += ["--preprocessing", "dealer", "--max-elements", str(MOST_ELEMENTS)]
    target = folder / "summary.json"
    command = [sys.executable, "-m", "party_runner", "run", str(FOLDER / program)]
    started = time.perf_counter()
    done = subprocess.run([*command, *words, "--json", str(target)], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    return json.loads(target.read_text()) | {"whole": time.perf_counter() - started}


def of_user(summary: Any) -> Any:
    """What the user ended with."""
    return summary["results"][1]


def tell(summary: Any) -> None:
    """Time, hops and bytes."""
    sent = sum(summary["bytes_sent"]) / 1e6
    made = sum(summary["offline_bytes"]) / 1e6
    CONSOLE.print(
        f"{summary['rounds']:,} hops, {sent:,.0f} MB sent, {made:,.0f} MB of material; "
        f"{summary['whole']:.0f} s with all starts\n"
    )


if __name__ == "__main__":
    sys.exit(main())
