"""From a tree with places to a flow: every mistake is noted with its place and a mend, and reading goes on."""
