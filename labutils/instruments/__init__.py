"""What a learner holds in their hands: a token under glass, messages on the wire, ribbons of time,
controls of a company, a month of logs, the board of a company's doors.

Each is one class and one function of the same name. Python draws all of it; `hands.js` puts the
drawing on the screen and says what was touched.
"""
