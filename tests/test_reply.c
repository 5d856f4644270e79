/*
 * The SMS reply grammar (docs/REPLIES.md): every line of tests/vectors/replies.jsonl
 * through explain_reply(), rows of our own for the rules that it does not touch, and the
 * properties that hold for any text.
 *
 * A row: the text, the tasks (17o offered, a accepted, m met, c closed), what comes of it:
 * the next step, then each item as code:action do(amount in yuan).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "explain.h"
#include "json.h"
#include "reply.h"

#include "banned.h"

enum { LINES_MAX = 2000, LINES_AT_LEAST = 266, TASKS = 16, ANSWER = 600 };

#define SIGN "示例镇反诈"
#define OURS "【" SIGN "】17号·急:王*,李庄3组,疑冒充客服。接单回171,不能去回170"

static struct phrases *phrases;

/* clang-format off */
static const struct row { const char *text, *tasks, *want; } rows[] = {
	/* codes */
	{ "二十三零", "23a", "echo 23:0 apply" },
	{ "十七", "17o", "action" },
	{ "十七 收到", "17o 18o", "echo 17:1 apply" },
	{ "十七去不了", "17o 18o", "confirm 17:0 raise" },
	{ "十七点到", "17o", "human" },
	{ "十七号楼没人", "17a", "confirm 17:5 propose" },
	{ "十七号码不对", "17a 18a", "confirm 17:6 propose" },
	{ "十七都收到", "17o 18o", "echo 17:1 apply" },
	{ "王庄 十七收到", "17o 18o", "echo 17:1 apply" },
	{ "王庄 十七", "17o 18o", "human" },
	{ "任务 十七", "17o 18o", "action" },
	{ "171.2", "17o", "digits" },
	{ "418.1", "418o 17o", "echo 418:1 apply" },
	{ "17 1：地址发我", "17o", "echo 17:1 apply" },
	{ "17收到 191 再说", "17o", "unknown 17:1 apply" },
	{ "170 991", "17o", "unknown 17:0 apply" },
	{ "170 去不了", "17o", "echo 17:0 apply" },
	{ "我家十七收到", "17o 18o", "which" },
	{ "收到九十九号", "17o", "unknown" },
	{ "17号楼收到", "17o", "echo 17:1 apply" },
	{ "17弄不了", "17o 18o", "confirm 17:0 raise" },
	{ "17弄3号没人", "17a", "confirm 17:5 propose" },
	{ "17%", "17a", "digits" },
	{ "17.5万", "17a", "human" },
	{ "3.17收到", "17o 18o", "which" },
	{ "ok17", "17o", "human" },
	{ "re171", "17o", "echo 17:1 apply" },
	{ "re:171", "17o", "echo 17:1 apply" },
	{ "第17收到", "17o 18o", "which" },
	{ "¥17收到", "17o 18o", "which" },
	{ "17 ¥5", "17a", "action" },
	{ "99号", "17o", "unknown" },
	{ "收到99号", "17o", "unknown" },
	{ "99.1", "17o", "unknown" },
	{ "171，收到500", "17o", "echo 17:1 apply" },
	{ "171 500收到", "17o", "unknown 17:1 apply" },
	{ "173 500", "17a", "echo 17:3 apply(exact 500)" },
	{ "173 500 600", "17a", "unknown 17:3 apply(exact 500)" },
	{ "171号", "17o", "digits" },
	{ "418号收到", "418o 17o", "echo 418:1 apply" },
	{ "4181号", "418o 17o", "digits" },
	{ "13800138000", "17o", "digits" },
	{ "13800138000转了3万", "17a", "digits -:4 raise(exact 30000)" },
	{ "119", "17o", "digits" },
	{ "17 1%", "17o", "action" },
	{ "17:1", "17o", "echo 17:1 apply" },
	{ "17（1）", "17o", "echo 17:1 apply" },
	{ "17\n1", "17o", "echo 17:1 apply" },
	{ "17、18 1", "17o 18o", "echo 17:1 apply 18:1 apply" },
	{ "17和18 1", "17o 18o", "echo 17:1 apply 18:1 apply" },
	{ "17号18号1", "17o 18o", "echo 17:1 apply 18:1 apply" },
	{ "任务17编号18 1", "17o 18o", "echo 17:1 apply 18:1 apply" },
	{ "17还有18还有23都收到", "17o 18o 23o", "echo 17:1 apply 18:1 apply 23:1 apply" },
	{ "17 17 1", "17o 18o", "echo 17:1 apply" },
	{ "17和1", "17o", "action" },
	{ "17 2-1", "17a", "action" },
	{ "17 3-5万", "17a", "action" },
	{ "17 1:30到", "17o", "human" },
	{ "17 4转了3万", "17a", "echo 17:4 apply(exact 30000)" },
	{ "171 171", "17o", "echo 17:1 apply" },
	{ "174 174 3万", "17a", "echo 17:4 apply(exact 30000)" },
	{ "174 2万，又174 3万", "17a", "echo 17:4 apply(exact 20000) 17:4 apply(exact 30000)" },
	{ "174 2万 174 2万", "17a", "echo 17:4 apply(exact 20000)" },
	{ "17收到我和村里两个人一起骑车马上过去看 171", "17o", "echo 17:1 apply" },
	{ "174 231", "17a", "echo 17:4 apply(exact 231)" },
	/* contradictions */
	{ "171 170 184 3万", "17o 18a", "human 18:4 raise(exact 30000)" },
	{ "170 171", "17o", "human" },
	{ "17、18 1，181，180", "17o 18o", "human" },
	{ "171收到 18去不了", "17o 18o", "confirm 17:1 apply 18:0 raise" },
	{ "17收到。17去不了", "17o", "confirm 17:1 apply 17:0 raise" },
	/* a digit alone */
	{ "1。", "17o", "echo 17:1 apply" },
	{ "1.5", "17o", "digits" },
	{ "1:30", "17o", "digits" },
	{ "一", "17o", "echo 17:1 apply" },
	{ "7？", "17a", "echo 17:7 apply" },
	{ "5？", "17a", "confirm 17:5 propose" },
	{ "0", "17a 18c", "echo 17:0 apply" },
	{ "0", "17a 18a", "which -:0 raise" },
	{ "4 3万", "17a 18a", "which -:4 raise(exact 30000)" },
	{ "5", "17c", "none" },
	{ "4", "17c", "confirm 17:4 raise" },
	{ "7", "17c 18c", "none" },
	{ "7", "", "none" },
	{ "1 转了3万", "17o", "confirm 17:1 propose 17:4 raise(exact 30000)" },
	{ "1 转了3万", "17a", "confirm 17:4 raise(exact 30000)" },
	{ "1 转了3万", "17o 18o", "which -:4 raise(exact 30000)" },
	{ "3 没转", "17a", "echo 17:3 apply" },
	{ "3 5万被骗了", "17a", "human 17:4 raise(exact 50000)" },
	{ "1收到电了", "17o", "echo 17:1 apply" },
	{ "回复1", "17o", "echo 17:1 apply" },
	{ "收到1", "17o", "echo 17:1 apply" },
	/* remarks without letters */
	{ "171 2000", "17o", "digits" },
	{ "171 20000", "17o", "echo 17:1 apply" },
	{ "170 5", "17o", "digits 17:0 apply" },
	{ "177 5", "17a", "digits 17:7 apply" },
	{ "3 171", "17o", "digits" },
	{ "174 35,000", "17a", "echo 17:4 apply(exact 35000)" },
	{ "173 35,000", "17a", "echo 17:3 apply(exact 35000)" },
	{ "174 1,234,567", "17a", "echo 17:4 apply(exact 1234567 check)" },
	{ "171,991", "17o", "unknown 17:1 apply" },
	{ "174,231", "17a 23o", "echo 17:4 apply 23:1 apply" },
	{ "35,000元被骗走了", "17a", "confirm 17:4 raise(exact 35000)" },
	{ "173 5000-8000", "17a", "digits" },
	{ "173 5000 13800138000", "17a", "echo 17:3 apply(exact 5000)" },
	{ "170？", "17o", "echo 17:0 apply" },
	{ "174 13800138000", "17a", "echo 17:4 apply" },
	{ "171 110", "17o", "digits 17:7 raise" },
	/* remarks with letters */
	{ "171 不要报警", "17o", "confirm 17:1 propose" },
	{ "170 他还要转", "17o", "confirm 17:0 apply 17:7 raise" },
	{ "173 转了2万，5万没转", "17a", "confirm 17:3 propose 17:4 raise(confirm 50000-70000)" },
	{ "174 一分没转", "17a", "confirm 17:4 raise(exact 0)" },
	{ "174 2000美金", "17a", "echo 17:4 apply(foreign)" },
	{ "174 三千五", "17a", "echo 17:4 apply(exact 3500)" },
	{ "174 100万", "17a", "echo 17:4 apply(exact 1000000 check)" },
	{ "174 99万", "17a", "echo 17:4 apply(exact 990000)" },
	{ "没转 173", "17a", "echo 17:3 apply" },
	{ "175 他说收到没", "17a", "echo 17:5 apply" },
	/* words */
	{ "17 18收到 23去不了", "17o 18o 23o", "confirm 17:1 apply 18:1 apply 23:0 raise" },
	{ "110快来", "17a", "confirm 17:7 raise" },
	{ "已经打110", "17a", "confirm 17:7 raise" },
	{ "110号没人", "17a", "confirm 17:5 propose" },
	{ "在1103室没人", "17a", "confirm 17:5 propose" },
	{ "17打110了", "17a 18a", "confirm 17:7 raise" },
	{ "110", "17a", "confirm 17:7 raise" },
	{ "不要报警", "17a", "human" },
	{ "没有能打通", "17a", "human" },
	{ "收到，在开会，不方便", "17o", "confirm 17:0 raise" },
	{ "好的，但是没空", "17o", "confirm 17:0 raise" },
	{ "嗯呐", "17o", "echo 17:1 apply" },
	{ "噢噢", "17o", "echo 17:1 apply" },
	{ "中啊", "17o", "echo 17:1 apply" },
	{ "行，马上到", "17o", "echo 17:1 apply" },
	{ "到了", "17o", "echo 17:1 apply" },
	{ "觉得", "17o", "human" },
	{ "收到没有", "17o", "human" },
	{ "劝住没", "17a", "human" },
	{ "他什么都没说", "17a", "human" },
	{ "O K", "17o", "echo 17:1 apply" },
	{ "okey", "17o", "human" },
	{ "收 到", "17o", "echo 17:1 apply" },
	{ "敲门 没人", "17a", "confirm 17:5 propose" },
	{ "转18000", "17a", "human" },
	{ "转18000元", "17a", "confirm 17:4 raise(exact 18000)" },
	{ "转¥500", "17a", "confirm 17:4 raise(exact 500)" },
	{ "不转3万", "17a", "human" },
	{ "没转3万", "17a", "confirm 17:3 propose(exact 30000)" },
	{ "转三万", "17a", "confirm 17:4 raise(exact 30000)" },
	{ "骗 3 万", "17a", "confirm 17:4 raise(exact 30000)" },
	{ "联系上了，打不通", "17a", "human" },
	{ "收到，见到人了", "17a", "confirm 17:2 propose" },
	{ "见到人了", "17m", "echo 17:2 noop" },
	{ "收到", "17m", "none" },
	{ "17收到", "17a", "echo 17:1 noop" },
	{ "17收到吗，18收到", "17o 18o", "human 18:1 apply" },
	{ "收到一二三四五六七八九十十", "17o", "confirm 17:1 propose" },
	{ "收到一二三四五六七八九十", "17o", "echo 17:1 apply" },
	{ "劝住了", "17a 18a", "which" },
	{ "劝住了", "", "human" },
	{ "劝住了", "17c", "human" },
	{ "去不了", "17c", "none" },
	{ "转了3万", "17c 18c", "human -:4 raise(exact 30000)" },
	{ "转了3万", "17c", "confirm 17:4 raise(exact 30000)" },
	{ "17转告他了", "17a", "human" },
	{ "17转了一圈没找到人", "17a", "confirm 17:5 propose" },
	{ "99去不了", "17o 18o", "unknown -:0 raise" },
	{ "收到，99号转了120万", "17o", "unknown -:4 raise(exact 1200000 check)" },
	/* automatic replies and what is ours */
	{ "[自动回复] 您好，我现在不方便", "17o", "confirm 17:0 raise" },
	{ "[自动回复] 您好", "17o", "ignore" },
	{ "正在开会中，稍后联系", "17o", "ignore" },
	{ "我正在开车 171", "17o", "echo 17:1 apply" },
	{ "我正在开会，没收到", "17o", "human" },
	{ "我在开会，99号收到", "17o", "unknown" },
	{ "对“" OURS "”表示了赞", "17o", "ignore" },
	{ "对“他”的说法有怀疑", "17o", "human" },
	{ "Laughed at “" OURS "”", "17o", "ignore" },
	{ "👍 to “" OURS "”", "17o", "ignore" },
	{ "Reacted ❤️ to “" OURS "”", "17o", "ignore" },
	{ "Loved that, 171", "17o", "echo 17:1 apply" },
	{ OURS "\n171", "17o", "echo 17:1 apply" },
	{ "171\n" OURS, "17o", "echo 17:1 apply" },
	{ OURS "\n赞了“收到”", "17o", "ignore" },
	{ OURS "\n？", "17o", "help" },
	{ "“" OURS "”收到", "17o", "echo 17:1 apply" },
	{ "“" OURS "", "17o", "human" },
	{ "171" OURS, "17o", "echo 17:1 apply" },
	{ "> 171\n> 170", "17o", "human" },
	{ "\n\n", "17o", "human" },
	{ "", "17o", "human" },
	/* commands */
	{ "帮助", "17o", "help" }, { "??", "17o", "help" }, { "HELP", "", "help" },
	{ "？。", "17o", "help" }, { "???", "17o", "human" },
	{ "列表。", "17o", "list" }, { "上班", "17o", "back" },
	{ "退订", "17o", "stop" }, { "回TD", "17o", "stop" }, { "回 T", "17o", "stop" },
	{ "取消", "17o", "stop" }, { "请假 十五天", "", "leave 15" },
	{ "请假一周", "", "leave 7" }, { "休息两星期", "", "leave 14" },
	{ "请假二十日", "", "leave 20" }, { "请假30天", "", "leave 30" },
	{ "请假31天", "17o", "confirm 17:0 raise" },
	{ "请假5周", "17o", "confirm 17:0 raise" },
	{ "请假0天", "17o", "confirm 17:0 raise" },
	{ "请假周", "17o", "confirm 17:0 raise" },
	{ "请假1-2天", "17o", "confirm 17:0 raise" },
	{ "请假1.5天", "17o", "confirm 17:0 raise" },
	{ "请假三五天", "17o", "confirm 17:0 raise" },
	{ "请假100天", "17o", "confirm 17:0 raise" },
	{ "17请假3天", "17o", "confirm 17:0 raise" },
	/* tasks that are over */
	{ "17劝住了", "17c", "late 17:3 late" },
	{ "17去不了", "17c", "late 17:0 late" },
	{ "177", "17c", "confirm 17:7 raise" },
	{ "173？", "17c", "late 17:3 late" },
	{ "171 183", "17c 18a", "late 17:1 late 18:3 apply" },
};

/* The same with more of a context, as JSON (with ' for "). */
static const struct wide_row { const char *name, *json, *want; } wide_rows[] = {
	{ "yes with a particle", "{'text':'对的呀','tasks':'17a','asked':{'code':'17','action':3}}", "echo 17:3 apply" },
	{ "yes with a question mark", "{'text':'对？','tasks':'17a','asked':{'code':'17','action':3}}", "human" },
	{ "yes in English", "{'text':'Yes!','tasks':'17a','asked':{'code':'17','action':6}}", "echo 17:6 apply" },
	{ "no with a particle", "{'text':'不是的','tasks':'17a','asked':{'code':'17','action':3}}", "human" },
	{ "a code answers by itself", "{'text':'175','tasks':'17a','asked':{'code':'17','action':3}}", "echo 17:5 apply" },
	{ "other words are read as usual", "{'text':'转了3万','tasks':'17a','asked':{'code':'17','action':3}}", "confirm 17:4 raise(exact 30000)" },
	{ "a question grows old", "{'text':'对','tasks':'17a','asked':{'code':'17','action':3,'min_ago':31}}", "human" },
	{ "a question of a code that is gone", "{'text':'对','tasks':'17a','asked':{'code':'23','action':3}}", "human" },
	{ "yes when the task was closed meanwhile", "{'text':'对','tasks':'17c','asked':{'code':'17','action':3}}", "late 17:3 late" },
	{ "the sum with its verb", "{'text':'转了5万','tasks':'17a','asked':{'code':'17','want':'amount'}}", "echo 17:4 apply(exact 50000)" },
	{ "about the sum", "{'text':'大概3万吧','tasks':'17a','asked':{'code':'17','want':'amount'}}", "echo 17:4 apply(approx 30000)" },
	{ "a sum of three digits is no unknown code", "{'text':'500','tasks':'17a','asked':{'code':'17','want':'amount'}}", "echo 17:4 apply(exact 500)" },
	{ "no loss is no sum", "{'text':'没转','tasks':'17a','asked':{'code':'17','want':'amount'}}", "confirm 17:3 propose" },
	{ "another phrase is read as usual", "{'text':'3万，要民警','tasks':'17a','asked':{'code':'17','want':'amount'}}", "confirm 17:7 raise" },
	{ "no sum at all", "{'text':'再问问','tasks':'17a','asked':{'code':'17','want':'amount'}}", "human" },
	{ "a lone 7 is no sum", "{'text':'7','tasks':'17a','asked':{'code':'17','want':'amount'}}", "echo 17:7 apply" },
	{ "a lone 5 is a sum to confirm", "{'text':'5','tasks':'17a','asked':{'code':'17','want':'amount'}}", "echo 17:4 apply(confirm 5)" },
	{ "none is lost after all", "{'text':'0元','tasks':'17a','asked':{'code':'17','want':'amount'}}", "confirm 17:4 raise(exact 0)" },
	{ "the sum of a task that 4 closed", "{'text':'3万5','tasks':'17c','mine':{'action':4,'min_ago':2},'asked':{'code':'17','want':'amount'}}", "echo 17:4 correct(exact 35000)" },
	{ "a repeat", "{'text':'171','tasks':'17c','before':{'text':'１７１','min_ago':10}}", "ignore" },
	{ "a repeat after eleven minutes", "{'text':'171','tasks':'17c','before':{'text':'171','min_ago':11}}", "late 17:1 late" },
	{ "a repeat that does something", "{'text':'171','tasks':'17o','before':{'text':'171','min_ago':1}}", "echo 17:1 apply" },
	{ "a repeated alarm", "{'text':'转了','tasks':'17a','before':{'text':'转了','min_ago':1}}", "confirm 17:4 raise" },
	{ "a repeated alarm of the same action is done", "{'text':'174','tasks':'17c','mine':{'action':4,'min_ago':1},'before':{'text':'174','min_ago':1}}", "ignore" },
	{ "own words again", "{'text':'17劝住了','tasks':'17c','mine':{'action':3,'min_ago':10}}", "echo 17:3 noop" },
	{ "other words correct nothing", "{'text':'17没人','tasks':'17c','mine':{'action':3,'min_ago':10}}", "late 17:5 late" },
	{ "a doubtful digit corrects nothing", "{'text':'175？','tasks':'17c','mine':{'action':3,'min_ago':10}}", "late 17:5 late" },
	{ "0 corrects too", "{'text':'170','tasks':'17c','mine':{'action':1,'min_ago':30}}", "echo 17:0 correct" },
	{ "written before the code was given out", "{'text':'174 3万','tasks':'17a','issued_min_ago':5,'written_min_ago':60}", "human -:4 raise(exact 30000)" },
	{ "and then it is no candidate", "{'text':'收到','tasks':'17o','issued_min_ago':5,'written_min_ago':60}", "none" },
	{ "written 36 hours ago", "{'text':'171','tasks':'17o','written_min_ago':2160}", "echo 17:1 apply" },
	{ "written longer ago", "{'text':'171','tasks':'17o','written_min_ago':2161}", "human" },
	{ "a number with +86", "{'text':'171','tasks':'17o','from':'+8613800138000'}", "echo 17:1 apply" },
	{ "a number with 0086", "{'text':'171','tasks':'17o','from':'008613800138000'}", "echo 17:1 apply" },
	{ "a number from abroad", "{'text':'171','tasks':'17o','from':'+85261234567'}", "ignore" },
	{ "a sender of letters", "{'text':'171','tasks':'17o','from':'BANK'}", "ignore" },
	{ "12 is no mobile number", "{'text':'171','tasks':'17o','from':'12800138000'}", "ignore" },
	{ "ten times the task's sum", "{'text':'174 5万零1','tasks':'17a','amount':500000}", "echo 17:4 apply(exact 50001 check)" },
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows, WIDE_ROWS = sizeof wide_rows / sizeof *wide_rows };

/* -- showing an answer -------------------------------------------------------------------------- */

static void add(char out[ANSWER], const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(char out[ANSWER], const char *fmt, ...)
{
	size_t n = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, ANSWER - n, fmt, ap);
	va_end(ap);
}

static void show_amount(char out[ANSWER], const struct reply_item *item)
{
	const struct amount *a = &item->amount;

	if (a->kind == AMOUNT_NONE)
		return;
	add(out, "(%s", amount_kind_code(a->kind));
	if (a->known)
		add(out, " %lld", (long long)a->lo_fen / 100);
	if (a->hi_fen != a->lo_fen)
		add(out, "-%lld", (long long)a->hi_fen / 100);
	add(out, "%s)", item->check ? " check" : "");
}

static void show(char out[ANSWER], const struct reply *r)
{
	out[0] = '\0';
	add(out, "%s", reply_next_code(r->next));
	if (r->next == REPLY_LEAVE)
		add(out, " %d", r->days);
	for (size_t i = 0; i < r->n_items; i++) {
		const struct reply_item *item = &r->items[i];

		add(out, " %s:%d %s", item->task < 0 ? "-" : item->code, item->action,
			reply_do_code(item->how));
		show_amount(out, item);
	}
}

/* "17o 418a" */
static size_t read_tasks(const char *s, struct reply_task tasks[TASKS])
{
	static const char letters[] = "oamc";
	size_t n = 0;

	while (*s != '\0' && n < TASKS) {
		size_t len = strspn(s, "0123456789");
		const char *letter = strchr(letters, s[len]);

		assert_true(len < 4 && s[len] != '\0' && letter != NULL);
		tasks[n] = (struct reply_task){ .issued_min_ago = -1, .mine_action = -1 };
		memcpy(tasks[n].code, s, len);
		tasks[n++].state = (enum reply_state)(letter - letters);
		s += len + 1;
		s += *s == ' ';
	}
	return n;
}

static void means(void **state)
{
	const struct row *row = *state;
	struct reply_task tasks[TASKS];
	struct reply_context context = { .phrases = phrases, .tasks = tasks, .sign = SIGN };
	struct reply r;
	char have[ANSWER];

	context.n_tasks = read_tasks(row->tasks, tasks);
	reply_read(row->text, &context, &r);
	show(have, &r);
	assert_string_equal(have, row->want);
}

static json_t *json_of_row(const char *row)
{
	char text[1000];
	json_t *o;

	snprintf(text, sizeof text, "%s", row);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	return o;
}

static void means_in_context(void **state)
{
	const struct wide_row *row = *state;
	json_t *o = json_of_row(row->json), *asked = json_object_get(o, "asked");
	json_t *before = json_object_get(o, "before"), *mine = json_object_get(o, "mine");
	const char *from = json_str(o, "from");
	struct reply_task tasks[TASKS];
	struct reply_asked question = { .action = (int)json_int(asked, "action", -1),
		.min_ago = json_int(asked, "min_ago", 1) };
	struct reply_context context = { .phrases = phrases,
		.tasks = tasks,
		.before_text = json_str(before, "text"),
		.before_min_ago = json_int(before, "min_ago", 0),
		.written_min_ago = json_int(o, "written_min_ago", 0),
		.sender = from == NULL ? REPLY_MEMBER : reply_sender_of(from, true),
		.asked = asked == NULL ? NULL : &question };
	struct reply r;
	char have[ANSWER];

	context.n_tasks = read_tasks(json_str(o, "tasks"), tasks);
	tasks[0].issued_min_ago = json_int(o, "issued_min_ago", -1);
	tasks[0].amount_fen = json_int(o, "amount", 0);
	tasks[0].mine_action = (int)json_int(mine, "action", -1);
	tasks[0].mine_min_ago = json_int(mine, "min_ago", 0);
	if (asked != NULL)
		snprintf(question.code, sizeof question.code, "%s", json_str(asked, "code"));
	reply_read(json_str(o, "text"), &context, &r);
	show(have, &r);
	assert_string_equal(have, row->want);
	json_decref(o);
}

static void reads_as_the_vector_says(void **state)
{
	json_t *line = json_deep_copy(*state), *answer;
	const json_t *want = json_object_get(*state, "expect");

	json_object_del(line, "expect");
	answer = explain_reply(line);
	if (!json_equal(want, json_object_get(answer, "expect"))) {
		char *text = json_dumps(answer, JSON_COMPACT);

		fail_msg("%s: %s", json_str(*state, "text"), text);
	}
	assert_true(json_equal(json_object_get(line, "id"), json_object_get(answer, "id")));
	json_decref(line);
	json_decref(answer);
}

static void lines_that_cannot_be_read_are_errors(void **state)
{
	json_t *no_text = json_object(), *answer = explain_reply(no_text);
	json_t *bad = json_of_row("{'text':'171','open_tasks':[{'code':'17','state':'open'}]}");

	(void)state;
	assert_non_null(json_str(answer, "error"));
	json_decref(answer);
	answer = explain_reply(bad);
	assert_non_null(json_str(answer, "error"));
	assert_null(json_object_get(answer, "expect"));
	json_decref(answer);
	json_decref(no_text);
	json_decref(bad);
}

/* -- properties (11) -------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* Pieces of texts; 6 and 8 are in none, so that the codes below are never written. */
static const char *const pieces[] = { "收到", "去不了", "转了", "3万", "没", "劝住了", "1", "0",
	"4", "7", " ", "，", "号", "17", "99", "171", "。", "？", "不", "没人", "十七", "一", "两",
	"110", "和", "、", "任务", "回", "ok", "好", "的", "请假", "3天", "我正在开会", "赞了“",
	"”", "> ", "\n", "几万", "元", "报警", "要民警", "没转", "17:30", "2.5", "-", "¥", "abc",
	"对", "错了", "【", "】", "不是本人", "见到人了", "误报", "换人", "TD", "帮助", "差不多",
	"5000", "都", "大概", "王庄", "%", "吗" };

static void make_text(char *out, size_t room)
{
	size_t n = draw(12) + 1;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(out);

		snprintf(out + len, room - len, "%s", pieces[draw(sizeof pieces / sizeof *pieces)]);
	}
}

static bool is_lowering(int action)
{
	return action != 0 && action != 4 && action != 7;
}

static void check_items(const struct reply_context *context, const struct reply *r)
{
	assert_true(r->n_items <= REPLY_ITEMS_MAX);
	for (size_t i = 0; i < r->n_items; i++) {
		const struct reply_item *item = &r->items[i];

		assert_in_range(item->action, 0, 9);
		if (item->task >= 0) {
			assert_true((size_t)item->task < context->n_tasks);
			assert_string_equal(item->code, context->tasks[item->task].code);
			continue;
		}
		assert_string_equal(item->code, "");
		assert_false(is_lowering(item->action));
		assert_int_equal(item->how, REPLY_RAISE);
		assert_true(r->next <= REPLY_HUMAN);
	}
}

/* With two tasks of each state, a text without their codes closes none of them. */
static void nothing_is_guessed_when_two_tasks_can_be_meant(void **state)
{
	struct reply_task tasks[TASKS];
	struct reply_context context = { .phrases = phrases, .tasks = tasks, .sign = SIGN };

	(void)state;
	context.n_tasks = read_tasks("66o 88o 68a 86a", tasks);
	for (int round = 0; round < 20000; round++) {
		char text[400];
		struct reply r;

		make_text(text, sizeof text);
		reply_read(text, &context, &r);
		check_items(&context, &r);
		for (size_t i = 0; i < r.n_items; i++)
			if (r.items[i].how != REPLY_RAISE)
				fail_msg("%s: %d %s", text, r.items[i].action,
					reply_do_code(r.items[i].how));
	}
}

static void check_same(const char *text, const char *other, const struct reply_context *context)
{
	struct reply a, b;
	char shown[ANSWER], shown_other[ANSWER];

	reply_read(text, context, &a);
	reply_read(other, context, &b);
	show(shown, &a);
	show(shown_other, &b);
	if (strcmp(shown, shown_other) != 0)
		fail_msg("[%s] %s, but [%s] %s", text, shown, other, shown_other);
	check_items(context, &a);
}

static void our_own_line_never_changes_the_answer(void **state)
{
	struct reply_task tasks[TASKS];
	struct reply_context context = { .phrases = phrases, .tasks = tasks, .sign = SIGN };

	(void)state;
	context.n_tasks = read_tasks("17o 23a 418a 99c", tasks);
	for (int round = 0; round < 20000; round++) {
		char text[400], with[900];

		make_text(text, sizeof text);
		snprintf(with, sizeof with, "%s\n" OURS, text);
		check_same(text, with, &context);
		snprintf(with, sizeof with, OURS "\n%s", text);
		check_same(text, with, &context);
	}
}

static void width_makes_no_difference(void **state)
{
	struct reply_task tasks[TASKS];
	struct reply_context context = { .phrases = phrases, .tasks = tasks };

	(void)state;
	context.n_tasks = read_tasks("17o 23a 418a 99c", tasks);
	for (int round = 0; round < 20000; round++) {
		char text[400], wide[1600];
		size_t n = 0;

		make_text(text, sizeof text);
		for (const char *c = text; *c != '\0'; c++) {
			unsigned value = (unsigned char)*c;

			if (value < 0x21 || value > 0x7E) {
				wide[n++] = *c;
				continue;
			}
			value += 0xFEE0;
			wide[n++] = (char)(0xE0 | value >> 12);
			wide[n++] = (char)(0x80 | (value >> 6 & 0x3F));
			wide[n++] = (char)(0x80 | (value & 0x3F));
		}
		wide[n] = '\0';
		check_same(text, wide, &context);
	}
}

static double reading_ms(const char *text, const struct reply_context *context)
{
	struct timespec a, b;
	struct reply r;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	reply_read(text, context, &r);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

/* The fastest of 20 runs: what the code needs, and not what the machine does beside it. */
static void four_thousand_characters_take_less_than_a_millisecond(void **state)
{
	static const char *const units[] = { "转3万,", "没转了一圈", "17 1 ", "99号收到，", "没有",
		"啊", "¥3", "一", "我收到了你的任务17号楼转了3万5没转去不了，17:30 " };
	struct reply_task tasks[TASKS];
	struct reply_context context = { .phrases = phrases, .tasks = tasks, .sign = SIGN };

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	context.n_tasks = read_tasks("17o 23a 418a", tasks);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		char text[16001] = "";
		double best = 1e9;
		size_t chars = 0, n = 0, len = strlen(units[i]);

		for (size_t k = 0; chars < 4000 && n + len < sizeof text; k = (k + 1) % len) {
			chars += ((unsigned char)units[i][k] & 0xC0) != 0x80;
			text[n++] = units[i][k];
		}
		for (int run = 0; run < 20; run++) {
			double ms = reading_ms(text, &context);

			best = ms < best ? ms : best;
		}
		if (best >= 1)
			fail_msg("%s: %.2f ms", units[i], best);
	}
}

static void a_text_of_any_length_ends(void **state)
{
	struct reply_context context = { .phrases = phrases };
	struct reply r;
	char *text = malloc(REPLY_BYTES_MAX + 2);

	(void)state;
	assert_non_null(text);
	memset(text, '1', REPLY_BYTES_MAX);
	text[REPLY_BYTES_MAX] = '\0';
	reply_read(text, &context, &r);
	assert_int_equal(r.next, REPLY_DIGITS);
	text[REPLY_BYTES_MAX] = '1';
	text[REPLY_BYTES_MAX + 1] = '\0';
	reply_read(text, &context, &r);
	assert_int_equal(r.next, REPLY_HUMAN);
	free(text);
}

static void more_items_than_there_is_room_for_go_to_a_person(void **state)
{
	static struct reply_task tasks[87];
	struct reply_context context = { .phrases = phrases, .tasks = tasks, .n_tasks = 87 };
	char text[87 * 5 + 1] = "";
	struct reply r;

	(void)state;
	for (int i = 0; i < 87; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "%d1 ", 13 + i);
		tasks[i] = (struct reply_task){ .issued_min_ago = -1, .mine_action = -1 };
		memcpy(tasks[i].code, text + n, 2);
	}
	reply_read(text, &context, &r);
	assert_int_equal(r.n_items, REPLY_ITEMS_MAX);
	assert_int_equal(r.next, REPLY_HUMAN);
}

static void states_and_senders_by_code(void **state)
{
	enum reply_state s;

	(void)state;
	assert_true(reply_state_of("offered", &s) && s == REPLY_OFFERED);
	assert_true(reply_state_of("accepted", &s) && s == REPLY_ACCEPTED);
	assert_true(reply_state_of("met", &s) && s == REPLY_MET);
	assert_true(reply_state_of("closed", &s) && s == REPLY_CLOSED);
	assert_false(reply_state_of("open", &s));
	assert_false(reply_state_of(NULL, &s));
	assert_int_equal(reply_sender_of("13800138000", true), REPLY_MEMBER);
	assert_int_equal(reply_sender_of("8613800138000", false), REPLY_STRANGER);
	assert_int_equal(reply_sender_of("10086", true), REPLY_SERVICE);
	assert_int_equal(reply_sender_of("", true), REPLY_SERVICE);
	assert_int_equal(reply_sender_of("1380013800a", true), REPLY_SERVICE);
}

/* -- all of it ---------------------------------------------------------------------------------- */

static size_t load_vectors(struct CMUnitTest *tests)
{
	FILE *f = fopen("tests/vectors/replies.jsonl", "r");
	json_t *line;
	size_t n = 0;

	if (f == NULL) {
		perror("tests/vectors/replies.jsonl");
		exit(1);
	}
	while (n < LINES_MAX && (line = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		tests[n].name = json_str(line, "id");
		tests[n].test_func = reads_as_the_vector_says;
		tests[n++].initial_state = line;
	}
	fclose(f);
	if (n < LINES_AT_LEAST) {
		fprintf(stderr, "replies.jsonl: only %zu lines\n", n);
		exit(1);
	}
	return n;
}

/* A row by its text, on one line. */
static const char *name_of(const char *text)
{
	static char names[ROWS][200];
	static size_t used;
	char *name = names[used++];
	size_t n = 0;

	if (*text == '\0')
		return "(empty)";
	for (; *text != '\0' && n < sizeof names[0] - 4; text++)
		name[n++] = *text == '\n' ? '|' : *text;
	name[n] = '\0';
	return name;
}

/* A seed as argument tries other texts. */
int main(int argc, char **argv)
{
	static struct CMUnitTest tests[LINES_MAX + ROWS + WIDE_ROWS + 10];
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(lines_that_cannot_be_read_are_errors),
		cmocka_unit_test(nothing_is_guessed_when_two_tasks_can_be_meant),
		cmocka_unit_test(our_own_line_never_changes_the_answer),
		cmocka_unit_test(width_makes_no_difference),
		cmocka_unit_test(four_thousand_characters_take_less_than_a_millisecond),
		cmocka_unit_test(a_text_of_any_length_ends),
		cmocka_unit_test(more_items_than_there_is_room_for_go_to_a_person),
		cmocka_unit_test(states_and_senders_by_code),
	};
	size_t n = load_vectors(tests), vectors = n;
	struct phrases_fault fault;
	int failed;

	seed = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20240306;
	fprintf(stderr, "seed %u\n", seed);
	phrases = phrases_new(NULL, &fault);
	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = name_of(rows[i].text),
			.test_func = means,
			.initial_state = (void *)&rows[i] };
	for (size_t i = 0; i < WIDE_ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = wide_rows[i].name,
			.test_func = means_in_context,
			.initial_state = (void *)&wide_rows[i] };
	memcpy(tests + n, others, sizeof others);
	n += sizeof others / sizeof *others;
	failed = _cmocka_run_group_tests("reply", tests, n, NULL, NULL);
	for (size_t i = 0; i < vectors; i++)
		json_decref(tests[i].initial_state);
	phrases_free(phrases);
	return failed;
}
