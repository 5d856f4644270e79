/* explain_reply.c - how quanzu reads an SMS reply. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "reply.h"

#include "banned.h"

/* The tables are compiled once; this is a command line program with one thread. */
static const struct phrases *builtin(void)
{
	static struct phrases *tables;
	struct phrases_fault fault;

	if (tables == NULL)
		tables = phrases_new(NULL, &fault);
	return tables;
}

static void copy_code(char to[4], const char *code)
{
	memset(to, 0, 4);
	if (code != NULL && strlen(code) < 4)
		memcpy(to, code, strlen(code));
}

static bool read_task(const json_t *o, struct reply_task *task)
{
	const json_t *mine = json_object_get(o, "mine");

	copy_code(task->code, json_str(o, "code"));
	task->amount_fen = json_int(o, "amount", 0);
	task->issued_min_ago = json_int(o, "issued_min_ago", -1);
	task->mine_action = (int)json_int(mine, "action", -1);
	task->mine_min_ago = json_int(mine, "min_ago", 0);
	return reply_state_of(json_str(o, "state"), &task->state);
}

static void read_asked(const json_t *o, struct reply_asked *asked)
{
	*asked = (struct reply_asked){ .action = (int)json_int(o, "action", -1) };
	copy_code(asked->code, json_str(o, "code"));
	asked->min_ago = json_int(o, "min_ago", 0);
}

static enum reply_sender read_sender(const char *from)
{
	if (from == NULL)
		return REPLY_MEMBER;
	return strcmp(from, "unknown") == 0 ? REPLY_STRANGER : reply_sender_of(from, true);
}

static json_t *item_json(const struct reply_item *item)
{
	json_t *o = json_object(), *amount;

	json_put_str(o, "code", item->task < 0 ? NULL : item->code);
	json_put_int(o, "action", item->action);
	json_put_str(o, "do", reply_do_code(item->how));
	if (item->action != 3 && item->action != 4)
		return o;
	amount = json_null();
	if (item->amount.kind != AMOUNT_NONE) {
		bool known = item->amount.known;

		amount = json_object();
		json_put_str(amount, "kind", amount_kind_code(item->amount.kind));
		json_object_set_new(
			amount, "lo", known ? json_integer(item->amount.lo_fen) : json_null());
		json_object_set_new(
			amount, "hi", known ? json_integer(item->amount.hi_fen) : json_null());
	}
	json_object_set_new(o, "amount", amount);
	if (item->action == 4)
		json_object_set_new(o, "check", json_boolean(item->check));
	return o;
}

static json_t *reply_json(const struct reply *r)
{
	json_t *o = json_object(), *items = json_array();

	json_put_str(o, "next", reply_next_code(r->next));
	for (size_t i = 0; i < r->n_items; i++)
		json_array_append_new(items, item_json(&r->items[i]));
	json_object_set_new(o, "items", items);
	if (r->next == REPLY_LEAVE)
		json_put_int(o, "days", r->days);
	return o;
}

static const char *read_tasks(const json_t *list, struct reply_task *tasks, size_t *n)
{
	*n = json_array_size(list);
	if (*n > REPLY_TASKS_MAX)
		return "open_tasks 太多";
	for (size_t i = 0; i < *n; i++)
		if (!read_task(json_array_get(list, i), &tasks[i]))
			return "open_tasks 里有任务的 state 不是 offered、accepted、met、closed "
			       "之一";
	return NULL;
}

json_t *explain_reply(const json_t *line)
{
	const char *text = json_str(line, "text"), *id = json_str(line, "id"), *wrong;
	const json_t *before = json_object_get(line, "before");
	const json_t *asked_json = json_object_get(line, "asked");
	struct reply_task *tasks = calloc(REPLY_TASKS_MAX, sizeof *tasks);
	struct reply_asked asked;
	struct reply_context context = { .phrases = builtin(), .tasks = tasks };
	struct reply answer;
	json_t *out = json_object();

	if (tasks == NULL || context.phrases == NULL)
		abort();
	if (id != NULL)
		json_put_str(out, "id", id);
	wrong = read_tasks(json_object_get(line, "open_tasks"), tasks, &context.n_tasks);
	if (text == NULL)
		wrong = "这一行缺少 text(短信原文)";
	if (wrong != NULL) {
		json_put_str(out, "error", wrong);
		goto done;
	}
	if (json_is_object(asked_json)) {
		read_asked(asked_json, &asked);
		context.asked = &asked;
	}
	context.before_text = json_str(before, "text");
	context.before_min_ago = json_int(before, "min_ago", 0);
	context.written_min_ago = json_int(line, "written_min_ago", 0);
	context.sender = read_sender(json_str(line, "from"));
	context.sign = json_str(line, "sign");
	reply_read(text, &context, &answer);
	json_object_set_new(out, "expect", reply_json(&answer));
done:
	free(tasks);
	return out;
}
