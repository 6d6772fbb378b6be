import pandas as pd
import pytest

from orchestration.understanding.languages import detected, plain_language, with_languages


@pytest.mark.parametrize(
    ("told", "plain"),
    [("PL", "pl"), ("en-GB", "en"), ("zh_CN", "zh"), (" de ", "de"), ("", None), (None, None)],
)
def test_a_language_is_told_without_its_region(told, plain):
    assert plain_language(told) == plain


def test_words_show_their_language_among_those_that_the_company_meets():
    texts = [
        "Thanks, I will have a look.",
        "Dzięki, zajrzę.",
        "谢谢,我看看。",
        "Danke, ich schaue es mir an.",
    ]

    assert detected(texts, ["de", "en", "pl", "zh"]) == ["en", "pl", "zh", "de"]


@pytest.mark.parametrize("languages", [[], ["en"], ["xx", "yy"]])
def test_where_there_is_nothing_to_tell_apart_no_language_is_found(languages):
    assert detected(["Thanks, I will have a look."], languages) == [None]


def test_a_word_of_any_language_has_none():
    assert detected(["ok", "", "4711"], ["de", "en", "es", "pl"]) == [None] * 3


def test_what_the_source_tells_stands():
    texts = pd.DataFrame({"language": ["PL", None], "body": ["Thank you very much indeed"] * 2})

    assert with_languages(texts, ["en", "pl"])["language"].tolist() == ["pl", "en"]
