"""Pictures that need no library: whole, false, and with what cameras write into them."""

import struct
import subprocess
import zlib


def png(width, height, rows=None):
    """A whole grey picture, or one that claims more rows than it has."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + b"\x80" * width for _ in range(rows or height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def photo(orientation, *, place=b"GPS 52.5200 13.4050"):
    """A JPEG of 32 by 16 as a camera writes it: EXIF with a place, a comment, and a trailer."""
    picture = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=32x16:rate=1", "-frames:v", "1",
         "-f", "mjpeg", "-"], check=True, capture_output=True).stdout
    exif = (b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2)
            + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
            + struct.pack(">HHII", 0x010E, 2, len(place), 38) + struct.pack(">I", 0) + place)
    segments = b"".join(struct.pack(">BBH", 0xFF, code, len(content) + 2) + content for code, content in (
        (0xE1, exif), (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + place), (0xFE, place)))
    return picture[:2] + segments + picture[2:] + place


def pixels(picture):
    """What a decoder makes of a picture, orientation applied or not as its file says."""
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        input=picture, check=True, capture_output=True).stdout
