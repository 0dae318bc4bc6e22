"""The same as `app.py` for an installed package: the file that `planner app` gives to Streamlit."""

from planner.ui.desk import navigate

navigate()
