#!/usr/bin/python3
"""Pushes one JSON warning as a platform would. push.py URL KEY FILE"""
import sys
import urllib.request

url, key, path = sys.argv[1:4]
with open(path, "rb") as f:
    request = urllib.request.Request(url, f.read(), {"Authorization": "Bearer " + key,
                                                     "Content-Type": "application/json"})
with urllib.request.urlopen(request, timeout=10) as answer:
    print(answer.status, answer.read().decode())
