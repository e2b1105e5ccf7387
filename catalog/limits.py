"""What a merchant may send: endings of names and most bytes, the same on the pages, through the API and to storage."""

MEGABYTE = 1 << 20
LARGEST_FEED = 200 * MEGABYTE
LARGEST_PHOTO = 30 * MEGABYTE
LARGEST_CLIP = 200 * MEGABYTE

FEEDS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".xml", ".zip")
PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".bmp", ".gif")
CLIPS = (".mp4", ".mov", ".m4v", ".webm", ".mkv")
