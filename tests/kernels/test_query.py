"""Finding the tables that a query names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onedata._engine import connection, quoted
from onedata._query import parse
from onedata.errors import QueryError


def names(query: str) -> list[str]:
    return [f"{table.schema}.{table.name}" if table.schema else table.name for table in parse(query).tables]


def replaced(query: str) -> str:
    parsed = parse(query)
    return parsed.replaced(dict.fromkeys(parsed.tables, "T"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select * from flights", ["flights"]),
        ("from flights", ["flights"]),
        ("select * from a join b using (x) left join c on true", ["a", "b", "c"]),
        ("select * from a asof join b using (x)", ["a", "b"]),
        ("select * from a where x in (select x from b) and exists (from c)", ["a", "b", "c"]),
        ("select (select max(x) from a)", ["a"]),
        ("select * from a union all select * from b", ["a", "b"]),
        ("select * from (from a) as s, lateral (select s.x)", ["a"]),
        ('select * from "team-a/flights@3"', ["team-a/flights@3"]),
        ('select * from "team-a".flights', ["team-a.flights"]),
        ("select 'from x' as s -- from y\n/* from z */ from a", ["a"]),
        ("from 'file.parquet'", []),
        ("from read_csv('x.csv')", []),
        ("values (1)", []),
        ("describe flights", ["flights"]),
        ("DESC flights", ["flights"]),
        ("show flights", ["flights"]),
        ("summarize flights", ["flights"]),
        ("table flights", ["flights"]),
        ("pivot flights on x in (1, 2) using sum(y)", ["flights"]),
        ("unpivot flights on a, b into name n value v", ["flights"]),
        ("from flights tablesample 10%", ["flights"]),
        ('select é from "ü" join b on true', ["ü", "b"]),
        ("from a; ", ["a"]),
    ],
)
def test_tables_are_found_where_they_stand(query: str, expected: list[str]) -> None:
    assert names(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from flights@3", ["flights@3"]),
        ("select * from flights@3 f join weather@12 using (x)", ["flights@3", "weather@12"]),
        ('from "my-flights"@3', ["my-flights@3"]),
        ('from "team-a".flights@3', ["team-a.flights@3"]),
        ("describe flights@3", ["flights@3"]),
        ("select 'a@1', @ -1, x from flights@3 where y = '@2'", ["flights@3"]),
        ("with f as (from flights@1) from f, flights@2", ["flights@1", "flights@2"]),
    ],
)
def test_bare_versions_are_read_where_a_table_stands(query: str, expected: list[str]) -> None:
    assert names(query) == expected


@pytest.mark.parametrize(
    "query", ["from flights @3", "from flights@ 3", "from flights@3.5", "from flights@x", "from @3"]
)
def test_other_uses_of_the_at_sign_are_not_sql(query: str) -> None:
    with pytest.raises(QueryError, match="The query is not SQL"):
        parse(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("with x as (from a) from x", ["a"]),
        ("with X as (from a) from x", ["a"]),
        ("with x as (from a), y as (from x) from y", ["a"]),
        ("with flights as (from flights) from flights", ["flights"]),  # the inner one is the dataset
        ("with recursive r as (select 1 as n union all select n + 1 from r where n < 3) from r", []),
        ("select * from a where n in (with x as (from b) from x) and m in (from x)", ["a", "b", "x"]),
        ("with x as (from a) select * from (with x as (from b) from x), x", ["a", "b"]),
        ('with x as (from a) from "w".x', ["a", "w.x"]),
    ],
)
def test_common_table_expressions_are_no_datasets(query: str, expected: list[str]) -> None:
    assert sorted(names(query)) == sorted(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select flights.x from flights", 'select flights.x from T AS "flights"'),
        ("select f.x from flights f", "select f.x from T f"),
        ("select f.x from flights as f(x, y)", "select f.x from T as f(x, y)"),
        ("from flights@3", 'from T AS "flights"'),
        ('from "team-a/flights@3" /* c */ where x', 'from T AS "flights" /* c */ where x'),
        ('from "team-a" . flights', 'from T AS "flights"'),
        ("from a tablesample 10%", 'from T AS "a" tablesample 10%'),
        ("from a, a as b", 'from T AS "a", T as b'),
        ("select 'é' from a join b using (x)", 'select \'é\' from T AS "a" join T AS "b" using (x)'),
        ("describe a", 'describe from T AS "a"'),
    ],
)
def test_only_the_tables_are_replaced_and_keep_their_names(query: str, expected: str) -> None:
    assert replaced(query) == expected


def test_parameters_are_named() -> None:
    assert parse("select $a + $b from t where c = '$d'").parameters == {"a", "b"}


@pytest.mark.parametrize(
    "query",
    [
        "create table x as select 1",
        "insert into x values (1)",
        "drop table x",
        "explain from x",
        "pivot t on a using sum(b)",
    ],
)
def test_what_is_no_question_is_refused_with_what_to_do(query: str) -> None:
    with pytest.raises(QueryError, match=r"od.sql answers queries"):
        parse(query)


def test_several_statements_are_refused() -> None:
    with pytest.raises(QueryError, match="One query at a time"):
        parse("from a; from b")


def test_nonsense_is_refused_with_its_place() -> None:
    with pytest.raises(QueryError) as refused:
        parse("select *\nfrm x")
    assert (
        refused.value.message == 'The query is not SQL: syntax error at or near "x" (line 2).\nfrm x\n    ^'
    )


@pytest.mark.parametrize("query", ["", " ", ";", "-- nothing"])
def test_nothing_is_no_query(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_any_quoted_name_is_found_and_replaced_whole(name: str) -> None:
    query = f"select 'é', t.x from {quoted(name)} as t, u where t.x = u.x"
    parsed = parse(query)
    assert parsed.tables[0].name == name
    text = parsed.replaced({parsed.tables[0]: "(select 1 as x)", parsed.tables[1]: "(select 1 as x)"})
    assert connection().execute(text).fetchall() == [("é", 1)]
