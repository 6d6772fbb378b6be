"""Reasons of texts against what the sample world put into them, and words that may be shown."""

import re

import pytest

from orchestration.publishing import spellings
from orchestration.sample_world import phrases

# Which reasons speak of which thing that customers praise and blame.
REASONS_OF_ASPECT = {
    "delivery": {"delivery"},
    "product": {"defect", "product_advice", "how_to", "return"},
    "price": set(),
    "service": {"complaint"},
    "website": {"account", "payment"},
}


@pytest.fixture(scope="module")
def reasons(company):
    return company.warehouse(
        "select reasons.*, texts.body from intermediate.int_texts__reasons as reasons "
        "inner join intermediate.int_texts__texts as texts using (text_key)"
    )


def aspects_in(body):
    """What the world made a comment of, by its clauses; a mistyped one is not found."""
    words = " ".join(body.lower().split())
    return {
        aspect
        for number, aspect in enumerate(phrases.ASPECTS)
        for book in (phrases.PRAISE, phrases.BLAME)
        for clauses in book.values()
        if any(clause.lower() in words for clause in clauses[number])
    }


def test_phrases_tell_why_a_case_was_opened(company, reasons):
    of_cases = reasons[reasons.tagged_reason_slug.notna() & (reasons.channel_slug != "phone")]
    told = of_cases[of_cases.phrase_reason_slug.notna()]

    assert set(told.tagged_reason_slug) <= set(company.truth("cases").reason)
    assert len(told) / len(of_cases) > 0.5
    # What somebody says at the end of a chat is about how it went, not why it began.
    assert (told.phrase_reason_slug == told.tagged_reason_slug).mean() > 0.9


def test_what_nobody_tagged_is_told_rightly_or_not_at_all(reasons):
    comments = reasons[
        reasons.tagged_reason_slug.isna()
        & reasons.channel_slug.isin(["survey", "review", "social"])
    ]
    aspects = comments.body.map(aspects_in)
    is_right = [
        any(reason in REASONS_OF_ASPECT[aspect] for aspect in said)
        for reason, said in zip(comments.contact_reason_slug, aspects, strict=True)
    ]
    inferred = comments.assign(is_right=is_right)[comments.is_inferred]
    is_of_delivery = aspects.map(lambda said: "delivery" in said)

    assert len(inferred) > 25
    assert inferred.is_right.mean() > 0.85
    # Comments speak of more than one thing, and phrases of two reasons tell neither.
    found = comments[is_of_delivery].contact_reason_slug == "delivery"
    assert 0.35 < found.mean() < 1


def test_texts_add_up_over_reasons_and_origins(company, reasons):
    total = company.published(
        "select sum(text_count) as texts, "
        "bool_and(contact_reason_slug = 'unknown' or text_count = "
        "tagged_text_count + phrase_text_count + model_text_count) as is_whole "
        "from marts.contact_topics where period_type = 'total' and dimension = 'all'"
    ).iloc[0]
    shown = reasons.contact_reason_slug.fillna("unknown")
    customers = reasons.groupby(shown).customer_key.nunique()

    assert total.texts == shown.isin(customers[customers >= 5].index).sum()
    assert total.is_whole


def test_no_term_names_anybody(company):
    terms = company.warehouse(
        "select distinct term from intermediate.int_texts__terms where term_kind != 'any'"
    ).term
    persons = company.truth("persons")
    own = company.warehouse(
        "select lower(product_name) as words from intermediate.int_orders__products "
        "union all select lower(phrase) from reference.reason_phrases"
    ).words
    own_words = {word for words in own for word in re.findall(r"\w+", words)}
    names = {
        word
        for column in ("given_name", "surname")
        for name in persons[column].dropna()
        for word in re.findall(r"\w+", name.lower())
        if len(word) > 1
    }

    assert len(terms) > 100
    said = {word for term in terms for word in term.split()}
    assert not (said & names) - own_words
    assert not [term for term in terms if spellings.read(term).certain or "@" in term]
    assert not [term for term in terms if re.search(r"\d{4}", term)]
