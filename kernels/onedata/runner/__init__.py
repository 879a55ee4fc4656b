"""The notebook runner: executes one attempt of one run and tells the studio how it went.

``python -m onedata.runner <spool folder>`` is its whole interface; ``onedata.contract.runner``
says what lies in the folder. Nothing here is imported by notebooks.
"""
