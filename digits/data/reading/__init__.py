"""Reading digits from files of others: folders and zips of pictures, tables (Kaggle's CSV), and idx files (MNIST's)."""

from digits.data.reading.entries import Entry, opened
from digits.data.reading.reader import Found, read, reasons
