/* explain_amount.c - how quanzu reads a sum of money in a reply. */
#include "explain.h"

#include "amount.h"
#include "json.h"

#include "banned.h"

json_t *explain_amount(const json_t *line)
{
	const char *text = json_str(line, "text"), *id = json_str(line, "id");
	json_t *out = json_object(), *expect;
	struct amount a;

	if (id != NULL)
		json_put_str(out, "id", id);
	if (text == NULL) {
		json_put_str(out, "error", "这一行缺少 text(短信原文)");
		return out;
	}
	a = amount_read(text, AMOUNT_WITH_NO_LOSS);
	expect = json_object();
	json_put_str(expect, "kind", amount_kind_code(a.kind));
	json_object_set_new(expect, "lo", a.known ? json_integer(a.lo_fen) : json_null());
	json_object_set_new(expect, "hi", a.known ? json_integer(a.hi_fen) : json_null());
	json_object_set_new(out, "expect", expect);
	return out;
}
