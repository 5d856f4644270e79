/*
 * intake_run.h - one run of intake.h while it goes on; for its readers of forms.
 */
#ifndef QUANZU_INTAKE_RUN_H
#define QUANZU_INTAKE_RUN_H

#include "intake.h"

struct intake_run;

const struct intake_job *intake_run_job(const struct intake_run *run);
bool intake_run_stopped(const struct intake_run *run);
/* The next item, cleared; a full slice is handed over first. Lives until the one after it. */
struct intake_item *intake_run_next(struct intake_run *run, const char *sheet, int row);
/* The same with the fields of its record: the item is open, or refused with its reason. */
void intake_run_record(struct intake_run *run, const char *sheet, int row,
	const struct field *fields, size_t count, bool epoch_1904, const struct sheet_row *raw);

/* All of a JSON text: an object, an array of objects, or one object a line. False: it is none. */
bool intake_run_json(struct intake_run *run, const char *text, size_t n, struct fault *fault);

#endif
