"""Bills on paper: what stands on one (bill.py), how it looks (a4.py, receipt.py), and where it comes from (build.py)."""
