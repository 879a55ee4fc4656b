import json

import nbformat
from hypothesis import given
from hypothesis import strategies as st
from onedata.runner.masking import Masker
from onedata.runner.scrub import notebook_bytes

# Words of the format stay though they be secrets: see the last test.
FORMAT = "markdown execution_count cell_type output_type display_data application/json text/plain traceback papermill parameters"
SECRETS = st.text(min_size=8, max_size=20).filter(
    lambda text: not text.isspace() and "\x1b" not in text and text not in FORMAT
)


def written_texts(value: object) -> list[str]:
    """Give every text a reader of the file sees: strings, and lists of lines as the text they are."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *written_texts(item))]
    if isinstance(value, list):
        joined = ["".join(value)] if all(isinstance(item, str) for item in value) else []
        return joined + [text for item in value for text in written_texts(item)]
    return [str(value)]


@st.composite
def executed_notebooks(draw: st.DrawFn) -> tuple[list[str], nbformat.NotebookNode]:
    secrets = draw(st.lists(SECRETS, min_size=1, max_size=3, unique=True))
    words = st.lists(st.one_of(st.text(max_size=6), st.sampled_from(secrets)), max_size=4).map("".join)
    values = st.recursive(
        words | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=6
    )
    outputs = st.one_of(
        st.builds(
            lambda name, text: nbformat.v4.new_output("stream", name=name, text=text),
            st.sampled_from(["stdout", "stderr"]),
            words,
        ),
        st.builds(
            lambda text, data: nbformat.v4.new_output(
                "display_data", {"text/plain": text, "application/json": data}
            ),
            words,
            values,
        ),
        st.builds(
            lambda lines: nbformat.v4.new_output("error", ename="E", evalue="".join(lines), traceback=lines),
            st.lists(words),
        ),
    )
    cells = [
        nbformat.v4.new_code_cell(draw(words), outputs=draw(st.lists(outputs, max_size=4))),
        nbformat.v4.new_markdown_cell(draw(words)),
    ]
    parameters = {"parameters": draw(st.dictionaries(words, words, max_size=2))}
    return secrets, nbformat.v4.new_notebook(cells=cells, metadata={"papermill": parameters})


@given(executed_notebooks())
def test_no_secret_is_left_in_the_file_of_an_executed_notebook(
    case: tuple[list[str], nbformat.NotebookNode],
) -> None:
    secrets, notebook = case
    written = json.loads(notebook_bytes(notebook, Masker(secrets)).decode())
    texts = written_texts(written["cells"]) + written_texts(written["metadata"])
    assert not [text for text in texts if any(secret in text for secret in secrets)]


def test_a_secret_cut_across_two_outputs_is_masked() -> None:
    halves = [
        nbformat.v4.new_output("stream", name="stdout", text=half) for half in ("my hunter2", "-hunter2!")
    ]
    between = nbformat.v4.new_output("stream", name="stderr", text="warning\n")
    cell = nbformat.v4.new_code_cell("", outputs=[halves[0], between, halves[1]])
    written = notebook_bytes(nbformat.v4.new_notebook(cells=[cell]), Masker(["hunter2-hunter2"]))
    outputs = nbformat.reads(written.decode(), as_version=4).cells[0].outputs
    assert "".join(output.text for output in outputs if output.name == "stdout") == "my ***!"


def test_words_of_the_format_that_are_secrets_leave_a_valid_notebook() -> None:
    output = nbformat.v4.new_output("display_data", {"text/plain": "markdown execute_result"})
    cells = [nbformat.v4.new_markdown_cell("markdown"), nbformat.v4.new_code_cell("1", outputs=[output])]
    masker = Masker(["markdown", "cell_type", "display_data", "text/plain", "execution_count"])
    notebook = nbformat.reads(
        notebook_bytes(nbformat.v4.new_notebook(cells=cells), masker).decode(), as_version=4
    )
    nbformat.validate(notebook)
    assert notebook.cells[1].outputs[0].data["text/plain"] == "*** execute_result"


def test_the_notebook_in_memory_keeps_what_its_cells_need() -> None:
    cell = nbformat.v4.new_code_cell("print('hunter2-hunter2')")
    notebook_bytes(nbformat.v4.new_notebook(cells=[cell]), Masker(["hunter2-hunter2"]))
    assert cell.source == "print('hunter2-hunter2')"
