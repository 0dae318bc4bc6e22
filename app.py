"""Navigation of the planner's desk: `make app`, `planner app` or `streamlit run app.py`."""

from planner.ui.desk import navigate

navigate()
