"""od.sql over real datasets and the notebook's own frames."""

import datetime as dt
import gc
import html
import re

import duckdb
import onedata as od
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from onedata._relation import Relation
from onedata._session import session
from onedata.errors import InvalidInput, NotFound, QueryError

from tests.kernels.conftest import ANN, Served

FLIGHTS = pd.DataFrame({"carrier": ["UA", "B6", "UA"], "delay": [5.0, None, 20.0], "month": [1, 2, 2]})


@pytest.fixture
def flights(served: Served) -> Served:
    od.datasets.publish(FLIGHTS, "flights")
    served.new_session()
    return served


def test_a_dataset_is_named_like_a_table(flights: Served) -> None:
    found = od.sql("select carrier, count(*) as n from flights group by all order by n desc")
    assert found.fetchall() == [("UA", 2), ("B6", 1)]
    assert found.inputs == [f"{ANN}/flights@1"] == session().datasets_read


def test_columns_may_be_qualified_by_the_datasets_name(flights: Served) -> None:
    assert od.sql("select flights.month from flights@1 where flights.carrier = 'B6'").fetchall() == [(2,)]


def test_a_version_stays_what_it_was(flights: Served) -> None:
    od.datasets.publish(FLIGHTS.head(1), "flights")
    counts = od.sql(
        f'select (select count(*) from flights@1), (select count(*) from "flights@2"), '
        f'(select count(*) from "{ANN}/flights@1"), (select count(*) from "{ANN}".flights), (select count(*) from Flights)'
    )
    assert counts.fetchall() == [(3, 1, 3, 1, 1)]
    assert counts.inputs == [f"{ANN}/flights@1", f"{ANN}/flights@2"]


def test_only_the_datasets_of_the_query_are_opened(flights: Served) -> None:
    od.datasets.publish(FLIGHTS, "other")
    flights.new_session()
    od.sql("from flights").fetchall()
    assert session().datasets_read == [f"{ANN}/flights@1"]


def test_another_workspaces_dataset_is_named_with_it(flights: Served) -> None:
    od.datasets.publish(FLIGHTS.head(2), "flights", workspace="team-a")
    assert od.sql('select count(*) from "team-a/flights"').fetchall() == [(2,)]
    assert od.sql('select count(*) from "team-a".flights@1').fetchall() == [(2,)]


def test_a_workspace_that_is_not_mine_has_no_tables_for_me(flights: Served) -> None:
    flights.become("bob")
    with pytest.raises(NotFound):
        od.sql(f'from "{ANN}/flights"')


@pytest.mark.parametrize(
    "make",
    [
        lambda: FLIGHTS,
        lambda: pl.from_pandas(FLIGHTS),
        lambda: pl.from_pandas(FLIGHTS).lazy(),
        lambda: pa.Table.from_pandas(FLIGHTS),
        lambda: duckdb.from_df(FLIGHTS),
        lambda: od.datasets.load("flights", as_="duckdb"),
        lambda: od.sql("from flights"),
    ],
    ids=["pandas", "polars", "lazy", "arrow", "duckdb", "loaded", "od.sql"],
)
def test_variables_are_tables(flights: Served, make: object) -> None:
    mine = make()
    found = od.sql("select sum(mine.month) from mine join flights using (carrier, month)")
    del mine
    gc.collect()
    assert found.fetchall() == [(5,)]


def test_a_variable_comes_before_a_dataset_and_a_version_never_is_one(served: Served) -> None:
    od.datasets.publish(FLIGHTS, "flights")
    flights = FLIGHTS.head(1)
    assert od.sql("select count(*) from flights").fetchall() == [(len(flights),)]
    assert od.sql("select count(*) from flights@1").fetchall() == [(3,)]


def test_a_variable_that_is_no_table_hides_nothing(served: Served) -> None:
    od.datasets.publish(FLIGHTS, "flights")
    flights = "late"
    assert od.sql("select count(*) from flights").fetchall() == [(3,)]
    assert flights == "late"


def test_a_published_version_is_a_table(flights: Served) -> None:
    version = od.datasets.publish(FLIGHTS.head(2), "flights")
    found = od.sql("select count(*) from version")
    assert (found.fetchall(), found.inputs) == ([(2,)], [version.ref])


def test_tables_of_duckdb_itself_are_there(flights: Served) -> None:
    duckdb.execute("create or replace table limits as select 10 as most").fetchall()
    try:
        assert od.sql("select count(*) from flights, limits where delay > most").fetchall() == [(1,)]
    finally:
        duckdb.execute("drop table limits").fetchall()


def test_a_result_that_duckdb_waits_on_does_not_stop_us(flights: Served) -> None:
    waiting = duckdb.execute("select range from range(100000)")
    assert od.sql("select count(*) from flights").fetchall() == [(3,)]
    assert waiting.fetchone() == (0,)
    duckdb.default_connection().abort()


def test_what_we_give_plain_duckdb_can_use(flights: Served) -> None:
    rel = od.datasets.load("flights", as_="duckdb")
    assert duckdb.sql("select count(*) from rel").fetchall() == [(rel.shape[0],)]


def test_inputs_pass_from_query_to_query(flights: Served) -> None:
    od.datasets.publish(FLIGHTS, "weather")
    first = od.sql("from flights")
    second = od.sql("from first join weather using (carrier)")
    assert (first.inputs, second.inputs) == ([f"{ANN}/flights@1"], [f"{ANN}/flights@1", f"{ANN}/weather@1"])
    assert second.filter("month = 1").inputs == second.inputs
    assert first.union(second.select("carrier", "delay", "month")).inputs == second.inputs


def test_a_frame_of_unknown_origin_makes_the_inputs_unknown(flights: Served) -> None:
    mine = FLIGHTS
    assert od.sql("from mine").inputs is None
    assert len(mine) == 3


def test_values_come_as_parameters_and_never_as_sql(flights: Served) -> None:
    month, carrier = 2, "UA'; drop table flights; --"
    assert od.sql("select count(*) from flights where month = $month").fetchall() == [(2,)]
    assert od.sql("select count(*) from flights where carrier = $carrier").fetchall() == [(0,)]
    assert od.sql("select count(*) from flights where month = $m", m=1).fetchall() == [(1,)]
    assert od.sql("select count(*) from flights where month = $m", {"m": month - 1}).fetchall() == [(1,)]
    assert od.sql("select $day as day", day=dt.date(2013, 1, 1)).fetchall() == [(dt.date(2013, 1, 1),)]
    assert carrier.startswith("UA")


def test_a_missing_value_is_named(served: Served) -> None:
    with pytest.raises(QueryError, match=r"asks for \$month"):
        od.sql("select $month")
    with pytest.raises(QueryError, match=r"no parameter \$month"):
        od.sql("select 1", month=1)


def test_a_name_that_is_nowhere_is_answered_with_close_ones(flights: Served) -> None:
    flihts_frame = FLIGHTS
    with pytest.raises(NotFound) as refused:
        od.sql("from flihts")
    assert refused.value.message.startswith(f"There is no table 'flihts': no dataset of workspace '{ANN}'")
    assert "Did you mean flights" in refused.value.message
    assert len(flihts_frame) == 3


def test_a_name_that_no_dataset_can_have_is_nowhere_too(flights: Served) -> None:
    with pytest.raises(NotFound, match="Datasets there: flights"):
        od.sql('from "../secrets"')


def test_a_version_that_is_not_there_is_refused_by_the_studio(flights: Served) -> None:
    with pytest.raises(NotFound, match="has no version 9"):
        od.sql("from flights@9")


def test_files_that_are_no_table_cannot_be_queried(served: Served, tmp_path: object) -> None:
    (tmp_path / "a.txt").write_text("x")
    od.datasets.publish(tmp_path / "a.txt", "notes")
    with pytest.raises(InvalidInput, match="no table"):
        od.sql("from notes")


def test_duckdbs_refusals_are_ours(flights: Served) -> None:
    with pytest.raises(QueryError, match='column "nope" not found'):
        od.sql("select nope from flights")
    with pytest.raises(QueryError, match="Conversion Error"):
        od.sql("select carrier::int from flights").fetchall()


def test_a_query_is_a_text(served: Served) -> None:
    with pytest.raises(InvalidInput, match="takes the text of a query"):
        od.sql(FLIGHTS)


def test_a_result_gives_every_kind_of_frame(flights: Served) -> None:
    found = od.sql("from flights order by carrier, month")
    assert list(found.df().carrier) == ["B6", "UA", "UA"]
    assert found.pl()["month"].to_list() == [2, 1, 2]
    assert found.arrow().num_rows == 3
    assert pl.DataFrame(found).shape == (3, 3)
    assert (found.columns, found.types) == (["carrier", "delay", "month"], ["VARCHAR", "DOUBLE", "BIGINT"])


def test_relation_methods_give_relations_of_ours(flights: Served) -> None:
    found = od.sql("from flights")
    assert isinstance(found.filter("month = 2").limit(1), Relation)
    assert found.filter("month = 2").count() == 2
    assert "PARQUET" in found.explain().upper()
    assert "filter" in dir(found)
    with pytest.raises(AttributeError):
        _ = found._ipython_canary_method_should_not_exist_


def test_a_result_shows_rows_types_count_and_origin(flights: Served) -> None:
    assert repr(od.sql("from flights order by month, carrier")).replace("\u00a0", " ") == (
        "carrier (varchar)  delay (double)  month (bigint)\n"
        "UA                 5                            1\n"
        "B6                 NULL                         2\n"
        "UA                 20                           2\n"
        f"3 rows, from {ANN}/flights@1"
    )


def test_a_long_result_shows_its_first_rows_and_all_of_its_count(served: Served) -> None:
    shown = repr(od.sql("select range as n from range(1000) order by n"))
    assert shown.endswith("the first 10 of 1,000 rows")
    assert len(shown.splitlines()) == 12


def test_showing_a_few_rows_does_not_wait_for_all(served: Served) -> None:
    endless = od.sql("select a.range from range(1000000) a, range(1000000) b where a.range + b.range > 5")
    assert repr(endless).endswith("the first 10 of more than 10 rows")
    assert od.sql("select 1").fetchall() == [(1,)]


def test_data_cannot_break_out_of_the_html(served: Served) -> None:
    shown = od.sql("select '<script>alert(1)</script>' as \"<b>\"")._repr_html_()
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert html.escape("<script>alert(1)</script>") in shown
    assert "var(--jp-ui-font-color1" in shown
    assert re.search(r'<th scope="col"', shown)


def test_a_csv_dataset_can_be_queried(served: Served, tmp_path: object) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,é\n2,b\n")
    od.datasets.publish(tmp_path / "a.csv", "table")
    assert od.sql('select y from "table" where x = 1').fetchall() == [("é",)]


def test_an_arrow_dataset_can_be_queried(served: Served, tmp_path: object) -> None:
    import pyarrow.feather as feather

    feather.write_feather(pa.table({"x": [1, 2, 3]}), tmp_path / "a.feather")
    od.datasets.publish(tmp_path / "a.feather", "feathers")
    assert od.sql("select sum(x) from feathers").fetchall() == [(6,)]


def test_times_mean_the_same_wherever_a_query_runs(served: Served) -> None:
    zone = duckdb.sql("select current_setting('TimeZone')").fetchall()
    assert od.sql("select current_setting('TimeZone')").fetchall() == [("UTC",)]
    assert od.sql("select hour(timestamptz '2013-01-01 05:00:00-05')").fetchall() == [(10,)]
    assert duckdb.sql("select current_setting('TimeZone')").fetchall() == zone


def test_times_with_a_zone_come_as_python_values(served: Served) -> None:
    ((moment,),) = od.sql("select timestamptz '2013-01-01 05:00:00-05'").fetchall()
    assert moment == dt.datetime(2013, 1, 1, 10, tzinfo=dt.UTC)
