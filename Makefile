# Every verb is `python tools/course.py VERB`, so the same words work without make (README, "Without make").
PYTHON ?= python3

.PHONY: lab test notebooks lock bench measure test-clients test-browser reset clean
lab test notebooks lock bench measure test-clients test-browser clean:
	@$(PYTHON) tools/course.py $@ $(ARGS)
reset:
	@$(PYTHON) tools/course.py reset $(LESSON)
