#include "intake_run.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fields_json.h"
#include "sheet.h"

#include "banned.h"

static void refuse_item(struct intake_run *run, int row, const char *why)
{
	struct intake_item *item = intake_run_next(run, "", row);

	fault_set(&item->fault, "bad_json", why, "请检查这一条的JSON写法（引号、逗号、括号）。");
	fault_at(&item->fault, row, "", "");
	item->verdict = INTAKE_REFUSED;
}

static void take_object(struct intake_run *run, int row, const json_t *object)
{
	const struct intake_job *job = intake_run_job(run);
	struct fault why;
	struct fields_json *f = fields_of_json(object, job->kind, row, job->ctx, &why);
	struct intake_item *item;

	if (f != NULL) {
		intake_run_record(run, "", row, f->field, f->count, false, NULL);
		fields_json_free(f);
		return;
	}
	item = intake_run_next(run, "", row);
	item->fault = why;
	item->verdict = INTAKE_REFUSED;
}

static bool take_array(struct intake_run *run, const json_t *array, struct fault *fault)
{
	const struct sheet_limits *limits = intake_run_job(run)->limits;
	const json_t *one;
	size_t i;

	if (json_array_size(array) > limits->rows)
		return sheet_refuse(fault, SHEET_TOO_MANY_ROWS, limits) == SHEET_OK;
	json_array_foreach(array, i, one) {
		if (intake_run_stopped(run))
			break;
		take_object(run, (int)i + 1, one);
	}
	return true;
}

static bool take_lines(struct intake_run *run, const char *text, size_t n, struct fault *fault)
{
	const struct sheet_limits *limits = intake_run_job(run)->limits;
	const char *end = text + n;
	size_t records = 0;

	for (int row = 1; text < end && !intake_run_stopped(run); row++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((stop == NULL ? end : stop) - text);
		json_t *one;

		if (strspn(text, " \t\r\n") >= len) {
			text += len + 1;
			continue;
		}
		if (++records > limits->rows)
			return sheet_refuse(fault, SHEET_TOO_MANY_ROWS, limits) == SHEET_OK;
		one = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
		if (one == NULL)
			refuse_item(run, row, "这一行不是正确的JSON");
		else
			take_object(run, row, one);
		json_decref(one);
		text += len + 1;
	}
	return true;
}

bool intake_run_json(struct intake_run *run, const char *text, size_t n, struct fault *fault)
{
	json_error_t error;
	json_t *all = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	bool ok = true;

	if (json_is_array(all)) {
		ok = take_array(run, all, fault);
	} else if (all != NULL) {
		take_object(run, 1, all);
	} else if (text[strspn(text, " \t\r\n")] == '{') {
		ok = take_lines(run, text, n, fault);
	} else {
		char why[160];

		snprintf(why, sizeof why, "不是正确的JSON，第%d行第%d个字附近有错", error.line,
			error.column);
		fault_set(fault, "bad_json", why, "请检查引号、逗号、括号是否成对。");
		fault_at(fault, error.line > 0 ? error.line : 0, NULL, NULL);
		ok = false;
	}
	json_decref(all);
	return ok;
}
