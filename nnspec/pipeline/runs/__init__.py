"""Many runs: listed, compared, planned, repeated, tidied up; read without what trains them.

record    a run folder -> what is known of it, or what is wrong with it
choice    records sorted and filtered
listing   records as text, JSON, CSV
compare   what differs between runs, beside what differs in their figures
plan      what training a spec would be, and which runs there are of it
rerun     a recorded run trained again, and where it parts from the first
clean     what can be removed
"""
