"""Navigation of the pages: `streamlit run app.py`."""

import streamlit as st

st.set_page_config(page_title="Site by Power", layout="wide")
st.navigation([st.Page("planner/ui/pages/plan.py", title="Plan / 方案")]).run()
