import sys

print("leaving before the first invocation")
sys.exit(3)
