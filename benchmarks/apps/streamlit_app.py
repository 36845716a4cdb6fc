"""The small app in Streamlit. The school is read once for all visitors, as Streamlit's own guide has it."""

import streamlit as st
from subjects import ABOUT, SUBJECTS, TITLE, chart, numbers, rates, sentence

from senlib import open_sample

school = st.cache_resource(open_sample)("levels")

st.title(TITLE)
st.write(ABOUT)
table = rates(school, st.selectbox("Subject", SUBJECTS))
st.write(sentence(table))
st.pyplot(chart(table))
st.table(numbers(table))
