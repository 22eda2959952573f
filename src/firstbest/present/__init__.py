"""Tables into figures and pages, as text: the one screen, the report, the story of an order.

Nothing here reads or writes a file: tables come in, text goes out, so that every page can be tested by its bytes.
"""
