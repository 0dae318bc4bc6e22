"""Write the golden texts anew: python -m tests.algebra.update (read the difference before committing it)."""

from __future__ import annotations

from tests.algebra.golden import FOLDER, golden_texts


def main() -> None:
    """Write one text file per family."""
    FOLDER.mkdir(exist_ok=True)
    for family, text in golden_texts().items():
        (FOLDER / f"{family}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
