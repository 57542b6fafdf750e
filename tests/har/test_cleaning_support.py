"""What support needs stays in a cleaned HAR, and a secret that was put into its place does not."""

import base64
import json
import re
import string
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table
from valid_recordings import a_har, an_entry

from labutils import har
from labutils.har.cleaning import Cleaner, clean, clean_with
from labutils.har.names import known, measures
from labutils.identity.keys import json_part

MANY = settings(max_examples=draws(300), deadline=None, derandomize=True, database=None)
RAY = "32fc956b9bad0bab-IAD"
UUID = "7575cb66-0bff-11e8-b9c4-83713b316330"


def cleaned_header(name: str, value: str, **choices: object) -> str:
    entry = an_entry(response__headers=[{"name": name, "value": value}])
    after = clean_with(Cleaner("a salt", **choices), a_har(entry))
    (header,) = after["log"]["entries"][0]["response"]["headers"]
    assert header["name"] == name
    return header["value"]


def cleaned_url(url: str, **choices: object) -> str:
    after = clean_with(Cleaner("a salt", **choices), a_har(an_entry(request__url=url)))
    return after["log"]["entries"][0]["request"]["url"]


# --- what stays ---------------------------------------------------------------------------------

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/116.0.5845.179 Safari/537.36 Edg/116.0.1938.69",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/111.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.3 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "curl/8.11.0",
    "python-requests/2.32.3",
]
STAYS = [
    *(("User-Agent", agent) for agent in AGENTS),
    ("Server", "nginx"),
    ("server", "cloudflare"),
    ("Server", "Apache/2.4.41 (Ubuntu)"),
    ("Server", "AmazonS3"),
    ("Server", "Microsoft-IIS/10.0"),
    ("Server", "gunicorn/19.9.0"),
    ("Server", "Werkzeug/3.0.4 Python/3.12.7"),
    ("Server", "Jetty(9.2.11.v20150529)"),
    ("X-Powered-By", "ASP.NET"),
    ("Via", "1.1 varnish, 2 nghttpx"),
    ("X-Cache", "Hit from cloudfront"),
    ("X-Cache", "MISS, HIT"),
    ("X-Cache", "TCP_MEM_HIT"),
    ("X-Cache-Hits", "0, 12"),
    ("CF-Cache-Status", "DYNAMIC"),
    ("Age", "86399"),
    ("Cache-Control", "public, max-age=31536000, immutable"),
    ("Retry-After", "120"),
    ("Retry-After", "Fri, 24 Nov 2023 10:44:00 GMT"),
    ("X-Request-Id", UUID),
    ("x-request-id", "ab724cea1080da9045e4d83a0b85d263"),
    ("X-Request-Id", "A428B423:F7CA_0A32800D:056E_5A4FD262_4513B4:AD1D"),
    ("X-GitHub-Request-Id", "B91F1329:19F2:C3A5CB:5772C475"),
    ("CF-Ray", RAY),
    ("x-amzn-RequestId", UUID),
    ("x-amz-request-id", "DFD32A0271400C56"),
    ("X-Amzn-Trace-Id", "Root=1-5a7aebfd-24040ac5a442a6f33240be1e;Sampled=0"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("Vary", "Accept-Encoding, Origin"),
]


@table("name, value", STAYS)
def test_what_support_needs_stays(name, value):
    assert cleaned_header(name, value) == value


@table(
    "name, version",
    [
        ("Firefox", "143.0"),
        ("WebInspector", "537.36"),
        ("WebKit Web Inspector", "1.0"),
        ("Fiddler", "5.0.20211.51073"),
        ("Charles Proxy", "4.6.3"),
        ("Playwright", "1.65.1"),
        ("Insomnia REST Client", "insomnia.desktop.app:v2022.1.1"),
        ("mitmproxy", "12.1.2"),
        ("BrowserMob Proxy", "2.1.5"),
    ],
)
def test_the_program_that_recorded_it_is_still_named(name, version):
    tool = {"name": name, "version": version}
    log = har.clean(a_har(browser=tool) | {}, "a salt")["log"]
    assert log["browser"] == tool and log["creator"]["name"] == "Firefox"


def test_support_still_sees_what_failed_where_in_which_browser():
    entry = an_entry(
        request__headers=[{"name": "User-Agent", "value": AGENTS[0]}],
        response__headers=[{"name": "CF-Ray", "value": RAY}],
        response__status=503,
    )
    cleaned = har.clean(a_har(entry), "a salt")["log"]["entries"][0]
    assert cleaned["request"]["headers"] == entry["request"]["headers"]
    assert cleaned["response"]["headers"] == entry["response"]["headers"]
    assert (cleaned["request"]["url"], cleaned["response"]["status"]) == (
        "https://wiki.example/",
        503,
    )


# --- a secret in place of what stays --------------------------------------------------------

JWT = f"{json_part({'alg': 'ES256'})}.{json_part({'sub': 'ada'})}.c2lnbmF0dXJl"
SECRETS = [
    "sEcret-77aa01bc9d",
    JWT,
    "43685d2f5b69f5fd96b472",  # a session of 22 hexadecimal digits
    "5C1C717F91936A1F9794AC93D4CEF9B6",  # a JSESSIONID
    "c06e6d6f9a1b4c7d8e2f3a4b5c6d7e8f9a0b1c2d",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "JBSWY3DPEHPK3PXP",
    "4539148803436467",
    "4539-1488-0343-6467",
    "+44 20 7946 0958",
    "482913",
    "d2hhdCBhIGxvbmcgc2VjcmV0Cg==",
    "xoxb-2048-4096-abcDEF123456",
    "ya29.a0AfH6SMBx3",
]
KEPT_PLACES = ["User-Agent", "Server", "Via", "X-Powered-By", "X-Cache", "CF-Cache-Status"]
ID_PLACES = ["X-Request-Id", "CF-Ray", "x-amzn-RequestId", "traceparent", "X-GitHub-Request-Id"]
CARRIERS = [
    "{}",
    "nginx {}",
    "Mozilla/5.0 ({}) Gecko/20100101 Firefox/111.0",
    "Chrome/{}",
    "Firefox/111.0 {}/1.0",
    "HIT {}",
    "hit/{}",
    "nginx/1.{}",
    "Chrome/116.0.{}.7",
    "Gecko/{}",
    "Mobile/{}",
    f"{UUID}, {{}}",
    "Hit from {}",
    "max-age=3600; {}",
    "({})",
]


@pytest.mark.parametrize("secret", SECRETS)
@table("place", [*KEPT_PLACES, *ID_PLACES, "Retry-After", "Vary"])
def test_a_secret_in_the_place_of_what_stays_is_replaced(secret, place):
    for carrier in CARRIERS:
        if (
            secret.isdigit()
            and len(secret) < 9
            and place in ("X-Cache", "CF-Cache-Status", "Retry-After")
        ):
            continue  # a number of hits or seconds
        after = cleaned_header(place, carrier.format(secret))
        assert secret not in after, (carrier, after)


@table("secret", SECRETS)
def test_a_secret_in_the_name_or_version_of_a_program_is_replaced(secret):
    for carrier in CARRIERS:
        tool = {"name": carrier.format(secret), "version": carrier.format(secret)}
        after = har.clean(a_har(browser=tool, creator=tool), "a salt")
        assert secret not in json.dumps(after), carrier


@pytest.mark.parametrize("secret", [secret for secret in SECRETS if " " not in secret])
@table("host", ["{}.example", "a.{}.example", "a-{}.example", "{}", "{}.a.example:443"])
def test_a_secret_in_a_host_is_replaced(secret, host):
    assert secret.lower() not in cleaned_url(f"https://{host.format(secret.lower())}/api").lower()


tokens = st.one_of(
    st.text(string.ascii_letters + string.digits + "-_", min_size=17, max_size=60),
    st.text("0123456789abcdef", min_size=17, max_size=64).filter(lambda text: len(text) != 32),
    st.text("0123456789ABCDEF", min_size=17, max_size=64),
    st.text(string.digits, min_size=12, max_size=40),
).filter(lambda text: any(map(str.isdigit, text)))


@MANY
@given(tokens, st.sampled_from([*KEPT_PLACES, *ID_PLACES]), st.sampled_from(CARRIERS))
def test_no_token_stays_where_it_was_put(token, place, carrier):
    assert token not in cleaned_header(place, carrier.format(token))


@MANY
@given(tokens.map(lambda token: re.sub("[-_]", "0", token)))
def test_no_token_stays_in_a_host(token):
    for host in (f"{token}.example", f"x.{token}.example", f"x-{token}.example"):
        assert token.lower() not in cleaned_url(f"https://{host.lower()}/").lower()


pieces = st.lists(st.sampled_from([*SECRETS, *AGENTS, "/", "1.1", " ", ";", "(", ")", "rv:", "\n"]))


@MANY
@given(pieces, st.sampled_from([*KEPT_PLACES, *ID_PLACES]))
def test_no_secret_stays_however_it_is_wrapped(pieces, place):
    for joint in (" ", ";", ", "):
        after = cleaned_header(place, joint.join(pieces))
        words = re.split(r"[\s;,()]+", after)
        assert not {secret for secret in SECRETS if len(secret) > 9} & set(words)


def test_an_id_that_is_a_credential_elsewhere_in_the_file_does_not_stay():
    session = "ab724cea1080da9045e4d83a0b85d263"
    entries = [
        an_entry(response__headers=[{"name": "X-Request-Id", "value": session}]),
        an_entry(request__headers=[{"name": "Cookie", "value": f"session={session}"}]),
    ]
    assert session not in json.dumps(har.clean(a_har(*entries), "a salt"))
    assert session in json.dumps(har.clean(a_har(entries[0]), "a salt"))


@MANY
@given(st.text(max_size=30), st.sampled_from([*KEPT_PLACES, *ID_PLACES, "Age", "Retry-After"]))
def test_any_text_in_the_place_of_what_stays_is_taken(text, place):
    after = cleaned_header(place, text)
    assert isinstance(after, str) and bool(after) == bool(text)


# --- names that measure -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["_ttfb_ms", "_visualComplete85", "pageCount", "_score_keep-alive"]
)
def test_a_name_that_measures_is_known(name):
    assert measures(name)


@table("name", ["", "_", "number", "otp", "cardNumber", "_pin", "85", "code_ms4711"])
def test_a_name_that_may_be_a_code_measures_nothing(name):
    assert not measures(name)


def test_no_word_for_a_credential_measures_anything():
    words = {"code", "otp", "pin", "cvv", "cvc", "token", "key", "secret", "password", "pass", "id"}
    assert not (words | {"account", "phone", "card", "ssn", "user", "session"}) & known().measures


# --- hosts --------------------------------------------------------------------------------------


def test_only_the_user_part_of_an_address_is_a_secret():
    after = cleaned_url("https://u:secret@a.example:8443/api")
    assert re.fullmatch(r"https://x-[0-9a-f]{10}@a\.example:8443/api", after)


def test_a_jumbled_label_goes_and_the_domain_stays():
    after = cleaned_url("https://d3qdfnco3bamip.cloudfront.example/")
    assert re.fullmatch(r"https://x-[0-9a-f]{10}\.cloudfront\.example/", after)


HOSTS = ["jane-roe.internal-vault.bank.test", "10.20.30.99", "localhost", "[2001:db8::7]", "wiki"]


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_are_replaced_everywhere_by_the_same_name(host):
    headers = [
        {"name": "Host", "value": f"{host}:44399"},
        {"name": ":authority", "value": host},
        {"name": "Origin", "value": f"https://{host}:44399"},
        {"name": "Referer", "value": f"https://{host}/api"},
        {"name": "Set-Cookie", "value": f"a=b; Domain={host}"},
        {"name": "X-Forwarded-Host", "value": host},
        {"name": "Alt-Svc", "value": f'h3="{host}:443"'},
        {"name": "Access-Control-Allow-Origin", "value": f"https://{host}"},
        {"name": "Content-Security-Policy", "value": f"default-src https://{host}"},
    ]
    entry = an_entry(
        request__url=f"https://{host}:44399/api?next=https%3A%2F%2F{host}%2Fapi",
        request__headers=headers,
        request__cookies=[{"name": "a", "value": "b", "domain": host}],
        response__redirectURL=f"//{host}/api",
        response__content={
            "size": 9,
            "mimeType": "",
            "text": json.dumps({"url": f"https://{host}"}),
        },
        _initiator={"url": f"https://{host}/app.js"},
        serverIPAddress="10.20.30.99",
    )
    page = {"startedDateTime": "2023-10-02T09:00:00Z", "id": "p", "title": f"https://{host}/"}
    found = a_har(entry, pages=[{**page, "pageTimings": {}}])
    after = clean_with(Cleaner("a salt", hosts=True), found)
    assert host not in json.dumps(after)
    request = after["log"]["entries"][0]["request"]
    name = re.match(r"https://(x-[0-9a-f]{10}):44399/api", request["url"])[1]
    assert json.dumps(after).count(name) >= 9
    assert [header["value"] for header in request["headers"]][:2] == [f"{name}:44399", name]
    assert host in json.dumps(har.clean(found, "a salt")) or host == "10.20.30.99"


def test_a_host_in_the_name_of_a_server_goes_with_the_hosts():
    assert cleaned_header("Via", "1.1 proxy.internal.test") == "1.1 proxy.internal.test"
    assert "internal" not in cleaned_header("Via", "1.1 proxy.internal.test", hosts=True)
    assert (
        cleaned_header("Server", "Apache/2.4.41 (Ubuntu)", hosts=True) == "Apache/2.4.41 (Ubuntu)"
    )


# --- what somebody chose to keep ----------------------------------------------------------------


def test_what_is_named_is_kept_in_every_place():
    entry = an_entry(
        request__url="https://wiki.example/?ticket=T-4711&other=T-4712",
        request__headers=[
            {"name": "X-Ticket", "value": "T-4711"},
            {"name": "Cookie", "value": "ticket=T-4711; other=T-4712"},
        ],
        request__queryString=[{"name": "ticket", "value": "T-4711"}],
        response__content={
            "size": 9,
            "mimeType": "application/json",
            "text": json.dumps(
                {"Ticket": ["T-4711", 4711], "error": {"incident": "INC-20231002-77"}}
            ),
        },
        comment="T-4711",
    )
    keep = ["x-ticket", "TICKET", "incident", "comment"]
    cleaner = Cleaner("a salt", keep=keep)
    after = clean_with(cleaner, a_har(entry))["log"]["entries"][0]
    request = after["request"]
    assert "?ticket=T-4711&" in request["url"] and "T-4712" not in json.dumps(after)
    assert request["headers"][0] == {"name": "X-Ticket", "value": "T-4711"}
    assert request["headers"][1]["value"].startswith("ticket=T-4711; ")
    assert request["queryString"] == [{"name": "ticket", "value": "T-4711"}]
    body = json.loads(after["response"]["content"]["text"])
    assert body["Ticket"] == ["T-4711", 4711]
    assert body["error"] == {"incident": "INC-20231002-77"}
    assert after["comment"] == "T-4711"
    assert {name: cleaner.counts.chosen[name] for name in map(str.lower, keep)} == {
        "x-ticket": 1,
        "ticket": 4,
        "incident": 1,
        "comment": 1,
    }


# --- was it expired, do issuer and redirect fit, what did the error say ---------------------------


def of_a_refusal(**changed):
    """A request with a token, and the answer that refuses it, cleaned: the address, the claims of
    the token, the challenge, the body."""
    claims = {
        "iss": "https://login.acme.example/oauth2/default",
        "aud": "https://api.acme.example",
        "iat": 1_700_000_000,
        "exp": 1_700_003_600,
        "auth_time": 1_699_990_000,
        "sub": "00u1f9xkQ2",
    }
    token = ".".join([encoded({"alg": "RS256"}), encoded(claims | changed), "A" * 86])
    query = {
        "redirect_uri": "https://app.acme.example/callback",
        "iss": "https://login.acme.example",
        "state": "s3cr3tSt4te",
    }
    says = changed.get("says", "The access token expired")
    answer = {"error": "invalid_token", "error_description": says, "expires_in": 3600, **changed}
    challenge = f'Bearer realm="api", error="invalid_token", error_description="{says}"'
    recording = {
        "log": {
            "version": "1.2",
            "creator": {"name": "curl", "version": "8"},
            "entries": [
                {
                    "startedDateTime": "2023-11-14T23:30:00Z",
                    "request": {
                        "method": "GET",
                        "url": f"https://login.acme.example/authorize?{urlencode(query | changed)}",
                        "headers": [{"name": "Authorization", "value": f"Bearer {token}"}],
                    },
                    "response": {
                        "status": 401,
                        "headers": [{"name": "WWW-Authenticate", "value": challenge}],
                        "content": {"mimeType": "application/json", "text": json.dumps(answer)},
                    },
                }
            ],
        }
    }
    entry = clean(recording, "salt")["log"]["entries"][0]
    request, response = entry["request"], entry["response"]
    carried = request["headers"][0]["value"].split(".")[1]
    read = json.loads(base64.urlsafe_b64decode(carried + "=" * (-len(carried) % 4)))
    body = json.loads(response["content"]["text"])
    return (
        dict(parse_qsl(urlsplit(request["url"]).query)),
        read,
        response["headers"][0]["value"],
        body,
        json.dumps(entry),
    )


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_support_can_say_whether_the_token_was_expired():
    _, claims, _, body, _ = of_a_refusal()
    assert (claims["iat"], claims["exp"]) == (1_700_000_000, 1_700_003_600)
    assert claims["auth_time"] == 1_699_990_000 and body["expires_in"] == 3600


def test_support_can_say_whether_issuer_audience_and_redirect_fit():
    query, claims, _, _, _ = of_a_refusal()
    assert query["redirect_uri"] == "https://app.acme.example/callback"
    assert query["iss"] == "https://login.acme.example"
    assert claims["iss"] == "https://login.acme.example/oauth2/default"
    assert claims["aud"] == "https://api.acme.example"


def test_support_can_say_what_the_error_said():
    _, _, challenge, body, _ = of_a_refusal(errorCode="E0000011", error_message="AADSTS50126: no")
    assert challenge.endswith('error="invalid_token", error_description="The access token expired"')
    assert body["error_description"] == "The access token expired"
    assert body["errorCode"] == "E0000011" and body["error_message"] == "AADSTS50126: no"


@table(
    ("changed", "secret"),
    [
        ({"redirect_uri": "https://a9f81D4fae7dec9QZ.acme.example/cb"}, "a9f81D4fae7dec9QZ"),
        ({"redirect_uri": "https://app.acme.example/cb/f81d4fae7dec"}, "f81d4fae7dec"),
        ({"redirect_uri": "https://ada:hunter2@app.acme.example/cb"}, "hunter2"),
        ({"iss": "https://login.acme.example?t=f81d4fae7dec"}, "f81d4fae7dec"),
        ({"iss": "f81d4fae7dec"}, "f81d4fae7dec"),
        ({"says": "The code f81d4fae7dec has expired"}, "f81d4fae7dec"),
        ({"says": "password hunter2 is wrong"}, "hunter2"),
        ({"exp": 481_516}, "481516"),
        ({"exp": 4_815_162_342}, "4815162342"),
        ({"exp": "481516"}, "481516"),
        ({"exp": [1_700_000_001, 1_700_000_002]}, "1700000001"),
        ({"expires_in": 4_815_162_342}, "4815162342"),
        ({"errorCode": "E48151623"}, "E48151623"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_secret_under_such_a_name_goes_all_the_same(changed, secret):
    *parts, text = of_a_refusal(**changed)
    assert secret not in text and secret not in json.dumps(parts)


@pytest.mark.parametrize(
    ("value", "stays"),
    [
        ("ZVM1AbCdEfGhIjKlMnOpQrStUv9", True),
        ("ZVM1AbCdEfGhIjKlMnOpQrStUv", False),
        ("zvmxabcdefghijklmnopqrstuvw", False),
    ],
)
def test_a_request_id_of_okta_stays_where_it_has_the_shape_of_one(value, stays):
    headers = [{"name": "X-Okta-Request-Id", "value": value}]
    recording = {"log": {"entries": [{"response": {"headers": headers}}]}}
    assert (value in json.dumps(clean(recording, "salt"))) is stays
