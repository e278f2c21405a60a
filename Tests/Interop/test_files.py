"""Files and pictures: discord.py, and what it never sends, against the real server."""

import http.client
import json
import os
import time
import unittest
import urllib.parse

from clients import Bot
from pictures import photo, pixels, png
from rest import REST
from roost_server import Roost


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.roost = Roost("--limits.upload=64").start()
        cls.addClassCleanup(cls.roost.__exit__)
        cls.news = cls.roost.announcement
        cls.owner = REST(cls.news, cls.news["owner"]["token"])
        cls.guild, cls.text = cls.news["guild_id"], cls.news["channels"]["text"]
        _, role = cls.owner("POST", f"/guilds/{cls.guild}/roles", {"name": "chief", "permissions": "8"})
        path = f"/guilds/{cls.guild}/members/{cls.news['bots'][0]['id']}/roles/{role['id']}"
        assert cls.owner("PUT", path)[0] == 204

    def tour(self, name):
        bot = Bot(self.news, 0)
        self.addCleanup(bot.close)
        result = bot(name)
        self.assertEqual(bot.complaints(), [])
        return result

    def connect(self):
        place = urllib.parse.urlsplit(self.news["api"])
        return http.client.HTTPSConnection(
            place.hostname, place.port, context=self.owner.context, timeout=30)

    def get(self, url, **headers):
        place = urllib.parse.urlsplit(url)
        connection = self.connect()
        connection.request("GET", f"{place.path}?{place.query}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def upload(self, parts, token=None, content=None):
        """POSTs a form of (header, octets) parts as one message, once its author may speak again."""
        body = content or b"".join(
            b"--xYz\r\nContent-Disposition: form-data; " + header.encode() + b"\r\n\r\n" + octets + b"\r\n"
            for header, octets in parts) + b"--xYz--\r\n"
        while True:
            connection = self.connect()
            connection.request("POST", f"/api/v10/channels/{self.text}/messages", body, self.fields(token))
            answer = connection.getresponse()
            value = json.loads(answer.read() or b"null")
            connection.close()
            if answer.status != 429:
                return answer.status, value
            time.sleep(value["retry_after"])

    def fields(self, token=None):
        return {"Authorization": token or self.news["owner"]["token"],
                "Content-Type": "multipart/form-data; boundary=xYz"}

    def file(self, name, octets, kind="application/octet-stream"):
        return (f'name="files[0]"; filename="{name}"\r\nContent-Type: {kind}', octets)

    def test_files_of_messages(self):
        self.tour("files_tour")

    def test_pictures(self):
        names = self.tour("pictures_tour")
        bot = self.news["bots"][0]["id"]
        for path, kind in ((f"/avatars/{bot}/{names['avatar']}.png?size=64", "image/png"),
                           (f"/icons/{names['guild']}/{names['icon']}.gif", "image/gif")):
            status, headers, _ = self.owner.page(path)
            self.assertEqual((status, headers["Content-Type"]), (200, kind))
        self.assertEqual(self.owner.page(f"/avatars/{bot}/{'0' * 32}.png")[0], 404)
        self.assertEqual(self.owner.page("/avatars/1/x.png")[0], 404)

    def test_ranges_validators_and_safety(self):
        octets = bytes(range(256)) * 2000
        for name, kind, served, place in (
                ("a.png", "image/png", "application/octet-stream", "attachment"),
                ("a.html", "text/html", "application/octet-stream", "attachment"),
                ("a.svg", "image/svg+xml", "application/octet-stream", "attachment"),
                ("a.txt", "text/plain", "text/plain; charset=utf-8", "inline")):
            status, message = self.upload([self.file(name, octets, kind)])
            self.assertEqual(status, 200, message)
            url = message["attachments"][0]["url"]
            status, headers, body = self.get(url)
            self.assertEqual((status, body), (200, octets))
            self.assertEqual(headers["Content-Type"], served)
            self.assertTrue(headers["Content-Disposition"].startswith(place), headers["Content-Disposition"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertIn("sandbox", headers["Content-Security-Policy"])
        status, headers, body = self.get(url, Range="bytes=300000-300009")
        self.assertEqual((status, body), (206, octets[300000:300010]))
        self.assertEqual(headers["Content-Range"], f"bytes 300000-300009/{len(octets)}")
        self.assertEqual(self.get(url, Range="bytes=9999999-")[0], 416)
        self.assertEqual(self.get(url, **{"If-None-Match": headers["ETag"]})[::2], (304, b""))
        # A forged, a shortened and a strange link.
        for wrong in (url.replace("hm=", "hm=0"), url.split("?")[0], url.replace("ex=", "ex=f"),
                      url.replace("/attachments/", "/attachments/1/")):
            self.assertEqual(self.get(wrong)[0], 404, wrong)

    def test_strange_forms(self):
        payload = ('name="payload_json"', b'{"content": "x"}')
        cases = [
            (None, b"--xYz\r\n", 400), (None, b"garbage", 400), (None, b"--xYz--", 400),
            ([self.file("a", b"x") for _ in range(11)], None, 400),
            ([('name="payload_json"', b"{"), self.file("a", b"x")], None, 400),
            ([('name="payload_json"', b"\xff\xfe"), self.file("a", b"x")], None, 400),
            ([("filename=x", b"x")], None, 400), ([payload, payload], None, 200),
            ([('name="payload_json"', b'{"attachments": [{"id": 7}]}'), self.file("a", b"x")], None, 400),
        ]
        for parts, content, expected in cases:
            self.assertEqual(self.upload(parts or [], content=content)[0], expected, (parts, content))
        self.assertEqual(self.upload([self.file("a", b"x")], token="Bot nonsense")[0], 401)

    def test_a_big_upload_needs_little_memory_and_a_bigger_one_is_refused(self):
        self.upload([self.file("warm.bin", os.urandom(1 << 20))])
        before = self.roost.resident_mib()
        octets = os.urandom(60 << 20)
        status, message = self.upload([self.file("big.bin", octets)])
        self.assertEqual(status, 200, message)
        status, _, body = self.get(message["attachments"][0]["url"])
        self.assertEqual((status, body == octets), (200, True))
        self.assertLess(self.roost.resident_mib() - before, 8)
        connection = self.connect()
        connection.putrequest("POST", f"/api/v10/channels/{self.text}/messages")
        for name, value in {**self.fields(), "Content-Length": str(65 << 20)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413, "before it sends anything")
        connection.close()

    def test_a_photo_looks_the_same_and_tells_no_place(self):
        for orientation, size in ((1, (32, 16)), (6, (16, 32))):
            sent = photo(orientation)
            status, message = self.upload([self.file("photo.jpg", sent, "image/jpeg")])
            self.assertEqual(status, 200, message)
            shown = message["attachments"][0]
            self.assertEqual((shown["width"], shown["height"]), size)
            body = self.get(shown["url"])[2]
            self.assertEqual(len(body), shown["size"])
            self.assertNotIn(b"GPS", body)
            self.assertEqual(pixels(body), pixels(sent))

    def test_pictures_come_in_the_form_that_is_asked_for(self):
        picture = png(640, 320)
        status, message = self.upload([self.file("wide.png", picture, "image/png")])
        self.assertEqual(status, 200, message)
        link = message["attachments"][0]["proxy_url"]
        self.assertIn("/media/attachments/", link)
        for query, kind, start in (
                ("width=64&height=64", "image/png", b"\x89PNG"), ("format=jpeg&width=64", "image/jpeg", b"\xff\xd8"),
                ("format=webp&width=64&quality=50", "image/webp", b"RIFF")):
            status, headers, body = self.get(link + query)
            self.assertEqual((status, headers["Content-Type"]), (200, kind), query)
            self.assertTrue(body.startswith(start), query)
            self.assertEqual(len(pixels(body)), 64 * 32 * 3, query)
            again = self.get(link + query, **{"If-None-Match": headers["ETag"]})
            self.assertEqual(again[0], 304, query)
        self.assertEqual(self.get(link)[2], picture)
        self.assertEqual(self.get(link + "width=4000")[2], picture, "never enlarged")
        self.assertEqual(self.get(link + "width=1e9&format=svg")[2], picture)
        # A picture whose header is right and whose content is missing.
        _, message = self.upload([self.file("bad.gif", b"GIF89a\x20\0\x20\0\0\0\0,", "image/gif")])
        self.assertEqual(self.get(message["attachments"][0]["proxy_url"] + "format=png")[0], 415)
        _, message = self.upload([self.file("bomb.png", png(30000, 30000, rows=1), "image/png")])
        self.assertNotIn("width", message["attachments"][0], "no picture to us")

    def test_an_upload_is_resumed_where_it_broke(self):
        octets = os.urandom(3 << 20)
        status, answer = self.owner("POST", f"/channels/{self.text}/attachments", {
            "files": [{"id": "7", "filename": "big one.bin", "file_size": len(octets)}]})
        self.assertEqual(status, 200, answer)
        row = answer["attachments"][0]
        place = urllib.parse.urlsplit(row["upload_url"])

        def put(body, field=None):
            connection = self.connect()
            headers = {"Content-Range": field} if field else {}
            connection.request("PUT", place.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status, answer.headers.get("Range")

        total = len(octets)
        self.assertEqual(put(b"", f"bytes */{total}"), (308, None))
        # A connection that breaks in the middle.
        connection = self.connect()
        connection.putrequest("PUT", place.path)
        connection.putheader("Content-Length", str(total))
        connection.endheaders()
        connection.send(octets[:1 << 20])
        connection.close()
        for _ in range(100):
            status, range_ = put(b"", f"bytes */{total}")
            self.assertEqual(status, 308)
            if range_:
                break
            time.sleep(0.05)
        got = int(range_.split("-")[1]) + 1
        self.assertEqual(put(octets[got + 5:got + 9], f"bytes {got + 5}-{got + 8}/{total}")[0], 308, "a gap")
        self.assertEqual(put(octets[got:], f"bytes {got}-{total - 1}/{total + 1}")[0], 400)
        while True:
            status, range_ = put(octets[got:got + 100000], f"bytes {got}-{min(total, got + 100000) - 1}/{total}")
            if status == 200:
                break
            self.assertEqual(status, 308)
            got = int(range_.split("-")[1]) + 1
        self.assertEqual(put(b"", f"bytes */{total}")[0], 200)
        body = {"attachments": [{"id": "0", "uploaded_filename": row["upload_filename"], "description": "d"}]}
        while True:
            status, message = self.owner("POST", f"/channels/{self.text}/messages", body)
            if status != 429:
                break
            time.sleep(message["retry_after"])
        self.assertEqual(status, 200, message)
        shown = message["attachments"][0]
        self.assertEqual((shown["filename"], shown["description"], shown["size"]), ("big_one.bin", "d", total))
        self.assertEqual(self.get(shown["url"])[2], octets)
        self.assertEqual(put(b"x")[0], 404, "it is used up")
        self.assertEqual(self.owner("DELETE", "/attachments/" + row["upload_filename"])[0], 404)

    def test_a_forward_keeps_the_files_of_a_message_that_is_gone(self):
        _, message = self.upload([self.file("a.bin", b"forwarded")])
        while True:
            status, forward = self.owner("POST", f"/channels/{self.text}/messages", {
                "message_reference": {"type": 1, "channel_id": self.text, "message_id": message["id"]}})
            if status != 429:
                break
            time.sleep(forward["retry_after"])
        self.assertEqual(self.owner("DELETE", f"/channels/{self.text}/messages/{message['id']}")[0], 204)
        shown = forward["message_snapshots"][0]["message"]["attachments"][0]
        self.assertEqual(self.get(message["attachments"][0]["url"])[0], 404)
        self.assertEqual(self.get(shown["url"])[2], b"forwarded")

    def test_the_same_content_is_kept_once_and_survives_a_kill(self):
        octets = os.urandom(700)
        urls = [self.upload([self.file("p.png", octets)])[1]["attachments"][0]["url"] for _ in range(2)]
        self.assertNotEqual(*urls)
        tags = {self.get(url)[1]["ETag"] for url in urls}
        self.assertEqual(len(tags), 1)
        with Roost() as other:
            files = Files("upload")
            files.news, files.text = other.announcement, other.announcement["channels"]["text"]
            files.owner = REST(files.news)
            kept = files.upload([self.file("p.png", octets)])[1]
            other.kill()
            other.start()
            files.news = other.announcement
            files.owner = REST(files.news, files.news["owner"]["token"])
            _, message = files.owner("GET", f"/channels/{files.text}/messages/{kept['id']}")
            self.assertEqual(files.get(message["attachments"][0]["url"])[2], octets)


if __name__ == "__main__":
    unittest.main()
