#include "fault.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#include "banned.h"

void fault_set(struct fault *f, const char *code, const char *why, const char *mend)
{
	*f = (struct fault){ .row = 0 };
	text_copy(f->code, sizeof f->code, code);
	text_copy(f->why, sizeof f->why, why);
	text_copy(f->mend, sizeof f->mend, mend);
}

void fault_at(struct fault *f, int row, const char *column, const char *masked_value)
{
	f->row = row;
	text_copy(f->column, sizeof f->column, column == NULL ? "" : column);
	text_copy(f->value, sizeof f->value, masked_value == NULL ? "" : masked_value);
}

json_t *fault_json(const struct fault *f)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "code", f->code, "why", f->why, "mend", f->mend);

	if (f->row > 0)
		json_object_set_new(o, "row", json_integer(f->row));
	if (f->column[0] != '\0')
		json_object_set_new(o, "column", json_string(f->column));
	if (f->value[0] != '\0')
		json_object_set_new(o, "value", json_string(f->value));
	return o;
}

char *fault_line(const struct fault *f, char *out, size_t n)
{
	char row[24] = "", column[80] = "";

	if (f->row > 0)
		snprintf(row, sizeof row, "第%d行", f->row);
	if (f->column[0] != '\0')
		snprintf(column, sizeof column, "「%s」", f->column);
	snprintf(out, n, "%s%s%s%s%s。%s", row, column, f->value,
		row[0] == '\0' && column[0] == '\0' && f->value[0] == '\0' ? "" : "：", f->why,
		f->mend);
	return out;
}
