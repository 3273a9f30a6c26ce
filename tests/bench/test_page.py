"""What docs/performance.md shows is what was measured."""

import json

from tests.bench import page


def test_the_page_shows_the_figures_of_the_latest_run():
    assert page.shown(page.PAGE.read_text("utf-8")) == page.tables(json.loads(page.LATEST.read_text("utf-8")))
