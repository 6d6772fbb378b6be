"""Clickstream of website and app in the Segment spec, JSON lines, as the event stream archives it.

Its quirks: visitors are anonymous until they sign in; each message has two clocks, of which the
device's may be wrong; a phone without signal sends hours or days later; a client that gets no
answer sends again under the same message id; and crawlers and our own tests visit too.
"""

import duckdb
import numpy as np
import pandas as pd

from orchestration.sample_world.delivery import Delivery
from orchestration.sample_world.digital_ids import account_ids, anonymous_ids, emails_at, phone_ids
from orchestration.sample_world.world import World, known_where

SOURCE = "web"

KINDS = (
    "page_viewed",
    "screen_viewed",
    "product_viewed",
    "product_searched",
    "cart_added",
    "checkout_started",
    "error_shown",
    "rage_clicked",
    "help_viewed",
    "delivery_tracked",
    "signed_in",
    "signed_out",
)

RETRY_SHARE = 0.01
OFFLINE_SHARE = 0.02
WRONG_CLOCK_SHARE = 0.03
BOT_SHARE = 0.02
BOTS = 60

BOT_USER_AGENTS = np.array(
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0.0.0 Safari/537.36",
        "Throughline-SmokeTest/1.0",
    ],
    dtype=object,
)

RENDER = """
select cast(to_json({
    messageId: message_id,
    type: case
        when kind in ('identify', 'screen_viewed') then replace(kind, '_viewed', '')
        when kind in ('page_viewed', 'help_viewed', 'delivery_tracked')
            then if(phone_id is null, 'page', 'screen')
        else 'track'
    end,
    event: case kind
        when 'product_viewed' then 'Product Viewed'
        when 'product_searched' then 'Products Searched'
        when 'cart_added' then 'Product Added'
        when 'checkout_started' then 'Checkout Started'
        when 'order_completed' then 'Order Completed'
        when 'error_shown' then 'Error Shown'
        when 'rage_clicked' then 'Rage Clicked'
        when 'signed_in' then 'Signed In'
        when 'signed_out' then 'Signed Out'
    end,
    name: case kind
        when 'help_viewed' then 'Help'
        when 'delivery_tracked' then 'Order Tracking'
        when 'page_viewed' then page_name
        when 'screen_viewed' then page_name
    end,
    anonymousId: anonymous_id,
    userId: user_id,
    properties: case
        when kind in ('product_viewed', 'cart_added')
            then json_object('product_id', product_id, 'price', price, 'currency', 'EUR')
        when kind = 'product_searched' then json_object('query', query, 'results_count', results)
        when kind = 'checkout_started' then json_object('checkout_id', checkout_id)
        when kind = 'order_completed'
            then json_object('order_id', order_id, 'checkout_id', checkout_id)
        when kind = 'error_shown' then json_object('error_code', error_code)
        when kind = 'help_viewed' then json_object('topic', topic)
        when kind = 'delivery_tracked' then json_object('order_id', order_id)
        else json_object()
    end,
    traits: case
        when kind = 'identify'
            then json_object(
                'email', email, 'phone', phone, 'firstName', given_name, 'lastName', surname
            )
        else json_object()
    end,
    context: case
        when phone_id is null then json_object(
            'library', json_object('name', 'analytics.js', 'version', '2.11.0'),
            'page', json_object('path', page_path, 'referrer', referrer),
            'campaign', utm_campaign,
            'locale', locale,
            'userAgent', user_agent
        )
        else json_object(
            'library', json_object('name', 'analytics-' || phone_system, 'version', '4.1.0'),
            'app', json_object('name', 'Shop', 'version', '3.' || (device % 7)),
            'device', json_object('id', phone_id, 'type', phone_system),
            'campaign', utm_campaign,
            'locale', locale,
            'userAgent', user_agent
        )
    end,
    originalTimestamp: strftime(original_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
    sentAt: strftime(sent_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
    receivedAt: strftime(received_at, '%Y-%m-%dT%H:%M:%S.%gZ'),
    "timestamp": strftime(received_at - (sent_at - original_at), '%Y-%m-%dT%H:%M:%S.%gZ'),
    channel: 'client',
    version: '2'
}) as varchar) as line
from (
    select
        *,
        if(device % 3 = 0, 'ios', 'android') as phone_system,
        case
            when page is not null then 'Checkout'
            else ['Home', 'Category', 'Offers', 'Stores'][number % 4 + 1]
        end as page_name,
        case
            when page is not null then page
            when kind = 'help_viewed' then '/help/' || topic
            when kind = 'delivery_tracked' then '/orders/tracking'
            when kind in ('product_viewed', 'cart_added') then '/products/' || product_id
            when kind = 'product_searched' then '/search'
            when kind in ('checkout_started', 'order_completed') then '/checkout'
            when kind in ('signed_in', 'signed_out', 'identify') then '/account'
            else ['/', '/category', '/offers', '/stores'][number % 4 + 1]
        end as page_path,
        -- Only the first page tells where a visit came from; who comes by an advertisement or a
        -- campaign bears its tags.
        case
            when landing = 'search' or (landing = 'ads' and number % 3 > 0)
                then 'https://www.google.com/'
            when landing = 'social' or landing = 'ads' then 'https://www.facebook.com/'
            when landing = 'link' then 'https://' || ['gadgetblog', 'homereviews'][number % 2 + 1]
                || '.example/'
            when landing = 'campaign' and campaign_channel = 'email' then 'https://mail.example/'
            when landing is null and kind in ('page_viewed', 'screen_viewed')
                then 'https://shop.example/'
        end as referrer,
        case
            when results = 0 then ['gift card', 'spare lid', 'descaler refill'][number % 3 + 1]
            else product_name
        end as query,
        case
            when checkout_id is not null then 'CHECKOUT_FAILED'
            else ['HTTP_500', 'OUT_OF_STOCK', 'PAGE_NOT_FOUND'][number % 3 + 1]
        end as error_code,
        case
            when campaign_id is not null then json_object(
                'name', campaign_id, 'source', 'own', 'medium', campaign_channel
            )
            when landing = 'ads' then json_object(
                'source', if(number % 3 > 0, 'google', 'facebook'), 'medium', 'cpc'
            )
        end as utm_campaign,
        case
            when bot_user_agent is not null then bot_user_agent
            when phone_id is not null then 'Shop/3.' || (device % 7) || ' ('
                || if(device % 3 = 0, 'iOS 18.2', 'Android 15') || ')'
            else [
                'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36',
                'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) Version/18.1 Safari/605.1.15',
                'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0'
            ][device % 3 + 1]
        end as user_agent
    from messages
)
"""


def write(world: World, out: Delivery) -> None:
    """Every message, with its retries, on the day it arrived."""
    rng = world.rng(SOURCE)
    moments = _moments(world)
    messages = pd.concat(
        [moments, _identifications(moments), _completed_orders(world)], ignore_index=True
    )
    if messages.empty:
        return
    messages = _described(world, messages)
    _write_truth(out, messages)
    messages = pd.concat([messages, _bot_visits(world, rng, messages)]).sort_values(
        ["at", "message_id"], kind="stable", ignore_index=True
    )
    deliveries = _delivered(rng, messages)
    out.lines(SOURCE, "events", deliveries["received_at"].to_numpy(), _rendered(deliveries))


def _moments(world: World) -> pd.DataFrame:
    moments = world.of_kind(*KINDS)
    # Signing in to the portal is the account service's to tell.
    moments = moments[moments["outcome"] != "portal"]
    messages = moments[
        ["kind", "person", "at", "device", "is_logged_in", "product", "order", "checkout"]
    ].copy()
    messages[["campaign", "page", "landing"]] = moments[["campaign", "page", "landing"]]
    messages["number"] = moments["moment"]
    messages["topic"] = moments["reason"].str.replace("_", "-")
    has_results = moments["outcome"].map({"results": 12, "no_result": 0})
    messages["results"] = has_results.astype("Int64")
    messages["message_id"] = "m-" + moments["moment"].astype(str)
    return messages


def _identifications(moments: pd.DataFrame) -> pd.DataFrame:
    """Each sign-in introduces its customer to the stream, with name and addresses."""
    messages = moments[moments["kind"] == "signed_in"].copy()
    messages["kind"] = "identify"
    messages["is_logged_in"] = True
    messages["message_id"] = "i" + messages["message_id"].str[1:]
    return messages


def _completed_orders(world: World) -> pd.DataFrame:
    orders = world.orders[world.orders["place"].isin(["web", "app"])]
    messages = orders[["person", "device", "order", "checkout", "campaign"]].copy()
    messages["kind"] = "order_completed"
    messages["at"] = orders["placed_at"]
    messages["is_logged_in"] = ~orders["is_guest"]
    messages["product"] = -1
    messages["number"] = orders["order"]
    messages["page"] = "/checkout/confirmation"
    messages["landing"] = None
    messages["message_id"] = "o-" + orders["order"].astype(str)
    return messages


def _described(world: World, messages: pd.DataFrame) -> pd.DataFrame:
    """Numbers of the world turned into the ids and words that the stream carries."""
    persons = world.persons.loc[messages["person"]].reset_index(drop=True)
    products = world.products.reset_index(drop=True).reindex(messages["product"])
    campaigns = world.campaigns.reset_index(drop=True).reindex(messages["campaign"])
    is_app = messages["device"].to_numpy() == persons["device_app"].to_numpy()
    is_identify = (messages["kind"] == "identify").to_numpy()
    languages = {
        "en": "en-GB",
        "pl": "pl-PL",
        "ru": "ru-RU",
        "zh": "zh-CN",
        "es": "es-ES",
        "de": "de-DE",
    }
    return messages.assign(
        anonymous_id=anonymous_ids(messages["device"]),
        phone_id=phone_ids(np.where(is_app, messages["device"], -1)),
        user_id=account_ids(np.where(messages["is_logged_in"], persons["account"], -1)),
        product_id=products["product_id"].to_numpy(),
        product_name=products["product_name"].to_numpy(),
        price=products["list_price"].to_numpy(),
        campaign_id=campaigns["campaign_id"].to_numpy(),
        campaign_channel=campaigns["channel"].to_numpy(),
        order_id=_subject_ids(messages["order"]),
        checkout_id=_subject_ids(messages["checkout"]),
        locale=persons["language"].map(languages).to_numpy(),
        email=known_where(is_identify, emails_at(persons, messages["at"])),
        phone=known_where(is_identify, persons["phone"]),
        given_name=known_where(is_identify, persons["given_name"]),
        surname=known_where(is_identify, persons["surname"]),
    )


def _subject_ids(numbers: pd.Series) -> np.ndarray:
    return known_where(numbers >= 0, numbers.astype(str))


def _bot_visits(world: World, rng: np.random.Generator, messages: pd.DataFrame) -> pd.DataFrame:
    """Machines come every day, the more of them the more is going on."""
    day = (messages["at"].to_numpy("datetime64[D]") - world.start.astype("datetime64[D]")).astype(
        "int64"
    )
    visits = np.ceil(np.bincount(day, minlength=world.days) * BOT_SHARE).astype("int64")
    count = int(visits.sum())
    seconds = np.repeat(np.arange(len(visits)), visits) * 86_400 + rng.integers(0, 86_400, count)
    visitors = rng.integers(0, BOTS, count)
    return pd.DataFrame(
        {
            "kind": "page_viewed",
            "at": world.start + seconds.astype("timedelta64[s]"),
            "device": visitors,
            "number": np.arange(count),
            "message_id": [f"b-{world.chunk}-{n}" for n in range(count)],
            "anonymous_id": [f"bot-{world.chunk}-{visitor}" for visitor in visitors],
            "bot_user_agent": BOT_USER_AGENTS[visitors % len(BOT_USER_AGENTS)],
            "locale": "en-US",
            "page": None,
            "landing": None,
        }
    )


def _delivered(rng: np.random.Generator, messages: pd.DataFrame) -> pd.DataFrame:
    """The messages as they arrived, each with its clocks, in order of arrival."""
    count = len(messages)
    positions, devices = pd.factorize(messages["anonymous_id"])
    # A device keeps its network and its error, so that its messages keep their order.
    latency = rng.integers(40, 250, len(devices))[positions]
    is_wrong = rng.random(len(devices)) < WRONG_CLOCK_SHARE
    error = np.where(
        is_wrong, rng.normal(0, 40 * 86_400_000, len(devices)), rng.normal(0, 800, len(devices))
    )[positions]
    is_offline = rng.random(count) < OFFLINE_SHARE
    waited = np.where(
        is_offline, rng.exponential(8 * 3_600_000, count), rng.integers(5, 900, count)
    )
    at = messages["at"].to_numpy("datetime64[ms]")
    waited = waited.astype("int64")
    deliveries = messages.assign(
        original_at=at + error.astype("timedelta64[ms]"),
        sent_at=at + (error.astype("int64") + waited).astype("timedelta64[ms]"),
        received_at=at + (waited + latency).astype("timedelta64[ms]"),
    )
    retries = deliveries[rng.random(count) < RETRY_SHARE].copy()
    pause = rng.integers(5_000, 120_000, len(retries)).astype("timedelta64[ms]")
    retries["sent_at"] += pause
    retries["received_at"] += pause
    return pd.concat([deliveries, retries]).sort_values(
        ["received_at", "message_id"], kind="stable", ignore_index=True
    )


def _rendered(deliveries: pd.DataFrame) -> np.ndarray:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("messages", deliveries)
        return connection.sql(RENDER).fetchnumpy()["line"]


def _write_truth(out: Delivery, messages: pd.DataFrame) -> None:
    """The person behind each profile and message; a shared browser stands for several people."""
    signed_in = messages[messages["user_id"].notna()]
    profiles = pd.concat(
        [
            pd.DataFrame(
                {"source_profile_id": signed_in["user_id"], "person": signed_in["person"]}
            ),
            pd.DataFrame(
                {
                    "source_profile_id": "anonymous:" + messages["anonymous_id"],
                    "person": messages["person"],
                }
            ),
        ]
    ).drop_duplicates()
    profiles.insert(0, "source_name", SOURCE)
    out.truth("profiles", profiles)
    out.truth(
        "device_events",
        pd.DataFrame(
            {
                "source_name": SOURCE,
                "source_event_id": messages["message_id"],
                "person": messages["person"],
            }
        ),
    )
