"""The people's door: page list, navigation, language; nothing else. Start it with `make app`."""

from __future__ import annotations

import streamlit as st

from views import PAGES
from views.parts import site
from views.parts.language import author_field, language_switch

st.set_page_config(page_title="Smena", page_icon="📅", layout="wide")
site.look_again()
words = language_switch(site.language())
pages = [
    st.Page(page.file, title=words(f"{page.name}.title"), icon=page.icon, url_path=page.name, default=page is PAGES[0])
    for page in PAGES
]
chosen = st.navigation(pages)
author_field(words)
with st.sidebar:
    st.caption(words("app.zone_here", zone=site.zone()))
chosen.run()
