"""Every figure of every page has a sentence beside it and, where it shows numbers, a table behind it."""

import ast

from digits.storage.home import ROOT

PICTURES = {"gallery", "heatmap", "means", "evidence", "pairs", "one_hot", "one_hot_figure", "window", "feature_map"}
"""Functions of `digits.figures` that show digits or the ten places of a label; a table would say less."""
ELSEWHERE = {
    "evaluate_curve_{name}": ("evaluate/robustness.py", "table.behind('evaluate_robustness'"),  # one for all of them
    "evaluate_map_chart": ("evaluate/embedding_map.py", "table.behind('evaluate_map'"),
    "compare_{metric}": ("compare/curves.py", "table.behind('compare_curves'"),  # one for both of them
    "compare_accuracies": ("compare/scores.py", "st.dataframe(cards"),
    "train_{metric}_{run.id}": ("train/details.py", "progress.table(epochs)"),
    "sweep_parallel_{sweep.id}": ("train/sweep/trials.py", "_table(trials"),
}
"""Where the numbers of a figure stand in a table that is not its own, and the call that shows it."""
SENTENCES = {"caption", "markdown", "text"}


def calls(node: ast.AST, name: str) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and name in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
    ]


def key_text(key: ast.expr, function: ast.FunctionDef) -> str:
    """Return a key as it is written, also where a variable holds it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(key):
            key = node.value
    return key.value if isinstance(key, ast.Constant) else ast.unparse(key).removeprefix("f").strip("'")


def figures() -> list[tuple[str, str, ast.FunctionDef, ast.Module]]:
    """Return of each figure the function that makes it, its key, and the function and the module that show it."""
    found = []
    for file in sorted((ROOT / "pages").rglob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
            for call in calls(function, "chart"):
                made = call.args[0].func
                key = next(keyword.value for keyword in call.keywords if keyword.arg == "key")
                found.append((getattr(made, "attr", None) or made.id, key_text(key, function), function, module))
    return found


def test_all_figures_are_found():
    written = sum(file.read_text(encoding="utf-8").count("plotly_chart(") for file in (ROOT / "pages").rglob("*.py"))
    assert len(figures()) > 30 and written == 1, "every figure is shown by pages.shared.charts.chart"


def test_a_sentence_stands_with_every_figure():
    for _, key, function, module in figures():
        places = [function, *(other for other in module.body if calls(other, function.name))]
        assert any(calls(place, name) for place in places for name in SENTENCES), key


def test_a_table_stands_behind_every_figure_of_numbers():
    for made, key, function, _ in figures():
        shown = [call for name in ("behind", "show") for call in calls(function, name) if call.args]
        if made not in PICTURES and key not in [key_text(call.args[0], function) for call in shown]:
            assert key in ELSEWHERE, f"the figure {key} has no table"
            place, call = ELSEWHERE[key]
            assert call in ast.unparse(ast.parse((ROOT / "pages" / place).read_text(encoding="utf-8")))
