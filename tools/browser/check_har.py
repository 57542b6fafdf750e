"""Let a real Chromium load a cleaned HAR file by way of Playwright's route_from_har, with the
network cut off.

    python tools/browser/check_har.py CLEANED.har

Each address in the file is asked for with the recorded method and form; one line a request says
what came. The exit status is 1
where an answer is not the one in the file. It needs the playwright package and Debian's chromium.
"""

import json
import shutil
import sys
from collections import Counter

FETCH = """async ([method, url, body]) => {
  try {
    const answer = await fetch(url, {method, body: body ?? undefined});
    return [answer.status, (await answer.arrayBuffer()).byteLength];
  } catch (error) { return [0, String(error)]; }
}"""


def main(path: str) -> int:
    """Ask for everything in the file and compare the status."""
    from playwright.sync_api import sync_playwright

    with open(path, encoding="utf-8") as file:
        entries = json.load(file)["log"]["entries"]
    judged = Counter()
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-web-security"],
        )
        context = browser.new_context(service_workers="block")
        context.route_from_har(path, not_found="abort")
        page = context.new_page()
        first = page.goto(entries[0]["request"]["url"])
        print(f"page {first.status} {first.url}: {page.inner_text('body')[:40]!r}")
        for entry in entries:
            request, response = entry["request"], entry["response"]
            body = request.get("postData", {}).get("text")
            status, size = page.evaluate(FETCH, [request["method"], request["url"], body])
            moved = (
                300 <= response["status"] < 400
            )  # Playwright follows a redirect inside the file, to the page that it leads to
            same = status == (200 if moved else response["status"])
            judged[same] += 1
            print(
                f"{'ok  ' if same else 'MEND'} {request['method']} {request['url'][:90]} "
                f"{response['status']} came as {status}, {size}"
            )
        browser.close()
    print(f"{judged[True]} of {len(entries)} requests were served from the file")
    return 1 if judged[False] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
