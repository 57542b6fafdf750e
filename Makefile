# Every verb is `python tools/course.py VERB`, so the same words work without make (README, "Without make").
PYTHON ?= python3

.PHONY: lab test quick test-extras test-all test-wheel notebooks lesson lock bench bench-hunt siem site slides colab lite classroom grading conclusions measure mutants real test-clients test-browser test-starts test-lessons test-views picture test-lite check-lite test-site test-classroom reset mend clean
lab test quick test-extras test-all test-wheel notebooks lesson lock bench bench-hunt siem site slides colab lite classroom grading conclusions measure mutants real test-clients test-browser test-starts test-lessons test-views picture test-lite check-lite test-site test-classroom mend clean:
	@$(PYTHON) tools/course.py $@ $(ARGS)
reset:
	@$(PYTHON) tools/course.py reset $(LESSON)
