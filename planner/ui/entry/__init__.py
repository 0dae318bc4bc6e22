"""The file that `planner app` gives to Streamlit; in a folder of its own, since `pages` beside it would be taken as pages."""
