"""The texts of customers and agents, in six languages. They agree with the planted sentiment."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from orchestration.sample_world import phrases
from orchestration.sample_world.names import LANGUAGES

NEGATIVE, NEUTRAL, POSITIVE = range(3)
BANDS = np.array(["negative", "neutral", "positive"], dtype=object)
CONTRADICTING_SHARE = 0.05
WRONG_LANGUAGE_SHARE = 0.03
MISTYPED_SHARE = 0.08
SENTIMENTS = np.array([-0.75, 0.0, 0.75])
# By the best possible score: the last one that is negative, and the last one that is neutral.
LAST_OF_BANDS = {5: (2, 3), 7: (2, 4), 10: (6, 8)}

REASONS = (
    "delivery", "defect", "payment", "return", "account",
    "product_advice", "how_to", "renewal", "complaint", "other",
)  # fmt: skip

# Two ways to say each reason, in the order of REASONS.
QUESTIONS = {
    "en": (
        ("Where is my order? It should have arrived already.", "My parcel has not come yet."),
        ("The {product} arrived broken.", "The {product} stopped working after a day."),
        ("I was charged twice for the same order.", "My payment failed but the money is gone."),
        ("I would like to send the {product} back.", "How do I return my order?"),
        ("I cannot sign in to my account.", "The password reset mail never comes."),
        ("Is the {product} suitable for beginners?", "Which is quieter, the {product} or others?"),
        ("How do I clean the {product}?", "How do I set up the {product}?"),
        ("My membership is about to end, what are my options?", "What does a renewal cost?"),
        ("The service in your shop was rude.", "Nobody called me back as promised."),
        ("What are your opening hours?", "Do you offer gift cards?"),
    ),
    "pl": (
        ("Gdzie jest moje zamówienie? Powinno już być.", "Paczka jeszcze nie dotarła."),
        ("{product}: produkt przyszedł uszkodzony.", "{product} przestał działać po jednym dniu."),
        ("Pobrano mi pieniądze dwa razy.", "Płatność nie przeszła, a środki zniknęły."),
        ("Chcę zwrócić {product}.", "Jak mogę zwrócić zamówienie?"),
        ("Nie mogę zalogować się na konto.", "Nie dochodzi mail do zmiany hasła."),
        ("Czy {product} nada się dla początkujących?", "Co jest cichsze: {product} czy inne?"),
        ("Jak wyczyścić {product}?", "Jak uruchomić {product}?"),
        ("Kończy mi się członkostwo, jakie mam możliwości?", "Ile kosztuje przedłużenie?"),
        ("Obsługa w sklepie była nieuprzejma.", "Nikt nie oddzwonił, choć obiecano."),
        ("W jakich godzinach jest otwarte?", "Czy macie karty podarunkowe?"),
    ),
    "ru": (
        ("Где мой заказ? Он уже должен был прийти.", "Посылка до сих пор не пришла."),
        ("{product}: товар пришёл сломанным.", "{product} перестал работать через день."),
        ("С меня дважды списали деньги.", "Оплата не прошла, а деньги списались."),
        ("Хочу вернуть {product}.", "Как оформить возврат заказа?"),
        ("Не могу войти в аккаунт.", "Письмо для смены пароля не приходит."),
        ("Подойдёт ли {product} новичку?", "Что тише: {product} или другие?"),
        ("Как чистить {product}?", "Как настроить {product}?"),
        ("Моё членство заканчивается, какие есть варианты?", "Сколько стоит продление?"),
        ("Персонал в магазине был груб.", "Мне так и не перезвонили."),
        ("Какие у вас часы работы?", "Есть ли подарочные карты?"),
    ),
    "zh": (
        ("我的订单在哪里?早就该到了。", "包裹还没有收到。"),
        ("{product}收到时已经损坏。", "{product}用了一天就坏了。"),
        ("同一个订单扣了两次款。", "支付失败,但钱已经扣了。"),
        ("我想退回{product}。", "怎么退货?"),
        ("我无法登录账户。", "收不到重置密码的邮件。"),
        ("{product}适合新手吗?", "{product}和别的哪个更安静?"),
        ("{product}怎么清洗?", "{product}怎么安装?"),
        ("我的会员快到期了,有什么选择?", "续费多少钱?"),
        ("店里的服务态度很差。", "说好回电话,但一直没有人打来。"),
        ("你们几点营业?", "有礼品卡吗?"),
    ),
    "es": (
        ("¿Dónde está mi pedido? Ya debería haber llegado.", "El paquete aún no ha llegado."),
        ("{product}: llegó roto.", "{product} dejó de funcionar al día siguiente."),
        ("Me han cobrado dos veces.", "El pago falló pero el dinero ya no está."),
        ("Quiero devolver {product}.", "¿Cómo devuelvo mi pedido?"),
        ("No puedo entrar en mi cuenta.", "El correo de la contraseña no llega."),
        ("¿{product} es adecuado para principiantes?", "¿Qué es más silencioso que {product}?"),
        ("¿Cómo se limpia {product}?", "¿Cómo se configura {product}?"),
        ("Mi suscripción termina pronto, ¿qué opciones hay?", "¿Cuánto cuesta renovar?"),
        ("El trato en la tienda fue malo.", "Nadie me devolvió la llamada."),
        ("¿Cuál es el horario?", "¿Tienen tarjetas regalo?"),
    ),
    "de": (
        ("Wo ist meine Bestellung? Sie müsste schon da sein.", "Das Paket ist noch nicht da."),
        ("{product} kam kaputt an.", "{product} ging nach einem Tag nicht mehr."),
        ("Mir wurde zweimal abgebucht.", "Die Zahlung schlug fehl, aber das Geld ist weg."),
        ("Ich möchte {product} zurückgeben.", "Wie schicke ich meine Bestellung zurück?"),
        ("Ich kann mich nicht anmelden.", "Die Mail für das Passwort kommt nicht an."),
        ("Ist {product} für Anfänger geeignet?", "Was ist leiser als {product}?"),
        ("Wie reinige ich {product}?", "Wie richte ich {product} ein?"),
        ("Meine Mitgliedschaft endet, was kann ich tun?", "Was kostet die Verlängerung?"),
        ("Die Bedienung im Laden war unhöflich.", "Niemand hat wie versprochen zurückgerufen."),
        ("Wann haben Sie geöffnet?", "Gibt es Gutscheine?"),
    ),
}  # fmt: skip

AGENT_REPLIES = {
    "en": ("We are sorry and will look into it.", "Thank you, this is now solved."),
    "pl": ("Przepraszamy, sprawdzimy to.", "Dziękujemy, sprawa jest załatwiona."),
    "ru": ("Извините, мы разберёмся.", "Спасибо, вопрос решён."),
    "zh": ("很抱歉,我们会尽快处理。", "谢谢,问题已经解决。"),
    "es": ("Lo sentimos, lo revisaremos.", "Gracias, ya está resuelto."),
    "de": ("Das tut uns leid, wir prüfen es.", "Danke, das ist nun gelöst."),
}

GREETED_SHARE = 0.45
DETAILED_SHARE = 0.5


@cache
def _table(of: str) -> np.ndarray:
    texts: Mapping[str, Mapping[str, object]] = {
        "questions": QUESTIONS,
        "replies": AGENT_REPLIES,
    }
    lists = texts[of]
    return np.array([lists[language] for language in LANGUAGES], dtype=object)


def reason_codes(reason: np.ndarray) -> np.ndarray:
    """The place of each reason in REASONS."""
    order = np.argsort(REASONS)
    return order[np.searchsorted(np.array(REASONS)[order], reason.astype(str))]


def questions(
    rng: np.random.Generator, reason: np.ndarray, language: np.ndarray, product_names: np.ndarray
) -> np.ndarray:
    """A customer's question; the product is named where the sentence has a place for it."""
    variants = rng.integers(0, 2, len(reason))
    sentences = _table("questions")[language, reason_codes(reason), variants]
    draws = rng.random((len(reason), 5)).tolist()
    asked = [
        _message(sentence.replace("{product}", product), LANGUAGES[tongue], draw)
        for sentence, product, tongue, draw in zip(
            sentences, product_names, language.tolist(), draws, strict=True
        )
    ]
    return np.array(asked, dtype=object)


def _message(question: str, language: str, draw: list[float]) -> str:
    """A question as people write it: some greet, some say more, some mistype."""
    greetings, details = phrases.GREETINGS[language], phrases.DETAILS[language]
    space = "" if language == "zh" else " "
    if draw[0] < GREETED_SHARE:
        question = greetings[int(draw[1] * len(greetings))] + space + question
    if draw[2] < DETAILED_SHARE:
        question += space + details[int(draw[3] * len(details))]
    return _mistyped(question, draw[4] / MISTYPED_SHARE) if draw[4] < MISTYPED_SHARE else question


def opinions(
    rng: np.random.Generator,
    where: np.ndarray,
    band: np.ndarray,
    language: np.ndarray,
    aspect: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """What customers write about an aspect, and the band that their words are of.

    Some of them praise one thing and blame another, mistype, write in another language than their
    own, or contradict the score that they gave.
    """
    words: np.ndarray = np.full(len(where), None, dtype=object)
    said = band.copy()
    rows = np.flatnonzero(where)
    draws = rng.random((len(rows), 12))
    contradicts = draws[:, 0] < CONTRADICTING_SHARE
    said[rows] = np.where(contradicts & (said[rows] != NEUTRAL), 2 - said[rows], said[rows])
    is_foreign = draws[:, 1] < WRONG_LANGUAGE_SHARE
    other = (draws[:, 1] / WRONG_LANGUAGE_SHARE * len(LANGUAGES)).astype(np.int64)
    spoken = np.where(is_foreign, other, language[rows])
    for row, tongue, draw in zip(rows.tolist(), spoken.tolist(), draws.tolist(), strict=True):
        words[row] = _opinion(int(said[row]), LANGUAGES[tongue], int(aspect[row]), draw[2:])
    return words, said


def _opinion(band: int, language: str, aspect: int, draw: list[float]) -> str:
    """One opinion, of clauses that the draws choose."""

    def one(choices: tuple[str, ...], number: int) -> str:
        return choices[int(draw[number] * len(choices))]

    praise, blame = phrases.PRAISE[language], phrases.BLAME[language]
    other = (aspect + 1 + int(draw[0] * 4)) % len(phrases.ASPECTS)
    if band == NEUTRAL:
        said = one(phrases.SO_SO[language], 1)
        if draw[2] < 0.75:
            said = one(praise[other], 1) + phrases.BUT[language] + one(blame[aspect], 3)
        ends: tuple[str, ...] = ()
    else:
        same, opposite = (blame, praise) if band == NEGATIVE else (praise, blame)
        said = one(same[aspect], 1)
        if draw[2] < 0.45:
            said += phrases.AND[language] + one(same[other], 3)
        elif draw[2] < 0.65:
            said += phrases.BUT[language] + one(opposite[other], 3)
        ends = (phrases.BLAME_ENDS if band == NEGATIVE else phrases.PRAISE_ENDS)[language]
    if draw[4] < 0.4:
        space = "" if language == "zh" else " "
        said = one(phrases.OPENINGS[language], 5) + space + said
    said = said[0].upper() + said[1:] + phrases.FULL_STOP[language]
    if ends and draw[6] < 0.5:
        said += ("" if language == "zh" else " ") + one(ends, 7)
    return _mistyped(said, draw[8] / MISTYPED_SHARE) if draw[8] < MISTYPED_SHARE else said


def _mistyped(text: str, place: float) -> str:
    """Two neighbouring letters change places."""
    at = int(place * (len(text) - 1))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def replies(is_solved: np.ndarray, language: np.ndarray) -> np.ndarray:
    """An agent's answer."""
    return _table("replies")[language, is_solved.astype(np.int64)]


def call_notes(rng: np.random.Generator, reason: np.ndarray) -> np.ndarray:
    """An agent's note after a call."""
    draws = rng.random((len(reason), 2))
    notes = np.full(len(reason), None, dtype=object)
    for row, why in enumerate(reason.tolist()):
        subjects, ends = phrases.CALL_SUBJECTS[why], phrases.CALL_ENDS
        subject = subjects[int(draws[row, 0] * len(subjects))]
        notes[row] = f"{subject.capitalize()}. {ends[int(draws[row, 1] * len(ends))]}"
    return notes


def with_contact_details(
    rng: np.random.Generator, text: np.ndarray, contact: np.ndarray, share: float = 0.03
) -> np.ndarray:
    """Some texts end with a phone number or an address: personal data in free text."""
    return np.where(rng.random(len(text)) < share, text + " " + contact, text)


def sentiment_of(rng: np.random.Generator, band: np.ndarray) -> np.ndarray:
    """The planted sentiment of a text of that band."""
    return np.round(SENTIMENTS[band] + rng.uniform(-0.2, 0.2, len(band)), 3)


def band_of_score(score: np.ndarray, most: int) -> np.ndarray:
    """The band that companies put a score into: who gives four of five stars writes praise.

    `most` is the best possible score, of stars (5), effort (7) or recommendation (10).
    """
    last_negative, last_neutral = LAST_OF_BANDS[most]
    return np.where(
        score <= last_negative, NEGATIVE, np.where(score <= last_neutral, NEUTRAL, POSITIVE)
    )
