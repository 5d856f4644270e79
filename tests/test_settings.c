/* The configuration: what it means, and what each mistake is told, with its file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "channel.h"
#include "config_source.h"
#include "config_unit.h"
#include "log.h"
#include "settings.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

static char folder[64];

static void put(const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static struct settings *reads(const char *text)
{
	struct settings_error e;
	struct settings *s;

	put("a.conf", text, 0644);
	s = settings_read(path_of("a.conf"), &e);
	if (s == NULL)
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
	return s;
}

/* -- mistakes ----------------------------------------------------------------------------- */

#define LONG50 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx"
#define LONG150 LONG50 LONG50 LONG50
#define MODEM_B "{ name = \"b\"; kind = \"modem\"; device = \"tcp:127.0.0.1:5001\"; "
#define MODEM "channels = ({ name = \"a\"; kind = \"modem\"; device = \"tcp:127.0.0.1:5000\"; "

static const struct bad_row {
	const char *name, *text;
	int line;
	const char *says; /* a fragment of the message */
	const char *hint; /* another, or NULL */
} bad_rows[] = {
	/* the file */
	{ "a syntax error", "centre = \"示例镇反诈\";\narea = ;\n", 2, "写法有误", NULL },
	{ "a missing bracket", "http = {\n  listen = \"127.0.0.1:80\";\n", 2, "写法有误", NULL },
	{ "a key twice", "node = 1;\nnode = 2;\n", 2, "写了两次", NULL },
	{ "a quote that is never closed", "\ncentre = \"示例镇;\n\n\n", 2, "引号没有配对", NULL },
	{ "a comment that is never closed", "\n\n/* centre\n", 3, "*/", NULL },
	{ "another encoding", "# ok\ncentre = \"\xb0\xd7\xba\xd7\";\n", 2, "UTF-8", "GBK" },
	{ "mixed types in an array", "\nhttp = { listen = [\"127.0.0.1:80\", 1]; };\n", 2,
		"同一种类型", NULL },
	{ "a value with a unit and no quotes", "\n\ncases = { merge = 24h; };\n", 3, "双引号",
		NULL },
	{ "a hidden control character", "centre = \"a\\x1bb\";\n", 1, "控制字符", NULL },
	{ "a line feed in a text", "\ncentre = \"a\\nb\";\n", 2, "换行", NULL },
	{ "bytes that are no character", "centre = \"\\xff\";\n", 1, "控制字符", NULL },
	{ "a zero byte", "centre = \"ab\\x00c\";\n", 1, "x00", NULL },
	/* keys */
	{ "an unknown key", "\ncenter = \"示例镇反诈\";\n", 2, "没有 center", "是不是 centre" },
	{ "an unknown key near nothing", "colour = 1;\n", 1, "没有 colour", "quanzud.conf(5)" },
	{ "an unknown key in a group", "http = {\n  lisen = \"127.0.0.1:80\";\n};\n", 2,
		"没有 lisen", "listen" },
	{ "an unknown key in a channel", MODEM "\n dvice = \"x\"; });", 2, "没有 dvice", "device" },
	{ "swapped letters", "dorp = { };\n", 1, "drop", NULL },
	{ "a PIN in the open", MODEM "\n pin = \"1234\"; });", 2, "pin_file", NULL },
	{ "a text where a number belongs", "\n\nnode = \"1\";\n", 3, "node 要写整数", "文字" },
	{ "a number where a text belongs", "centre = 5;\n", 1, "centre 要写带双引号的文字", NULL },
	{ "a fraction where a whole number belongs", "node = 1.5;\n", 1, "整数", "小数" },
	{ "a list where a group belongs", "http = ( );\n", 1, "花括号", NULL },
	{ "a group where a list belongs", "channels = { };\n", 1, "圆括号", NULL },
	{ "a word where a flag belongs", "drill = \"yes\";\n", 1, "true 或 false", NULL },
	{ "an element that is no group", "channels = ( \"a\" );\n", 1, "花括号", NULL },
	/* numbers */
	{ "below the range", "node = -1;\n", 1, "0 到 15", NULL },
	{ "above the range", "node = 16;\n", 1, "0 到 15", NULL },
	{ "an integer of three milliards is not wrapped",
		"\nhttp = { connections = 3000000000; };\n", 2, "4 到 10000", NULL },
	{ "an integer that wraps to a good value", "node = 4294967297;\n", 1, "0 到 15", NULL },
	{ "the same in hex", "node = 0x100000001;\n", 1, "0 到 15", NULL },
	{ "an integer over 64 bits", "\nnode = 99999999999999999999;\n", 2, "太大", NULL },
	{ "a size too large", "drop = { file_max = \"3G\"; };\n", 1, "4K 到 1G", NULL },
	{ "a size of three milliards", "drop = { file_max = 3000000000; };\n", 1, "4K 到 1G",
		NULL },
	{ "a size that is none", "disk_low = \"much\";\n", 1, "大小", NULL },
	{ "a duration that is none", "cases = { merge = \"soon\"; };\n", 1, "时长", "3min" },
	{ "a duration too long", "cases = { merge = \"31d\"; };\n", 1, "0秒 到 30天", NULL },
	{ "a negative duration", "cases = { remind = -5; };\n", 1, "5分钟 到 30天", NULL },
	/* the centre */
	{ "a text too long", "\ncentre_phone = \"0123456789012345678901234567890\";\n", 2, "太长",
		"23 个字母" },
	{ "a centre of one character", "centre = \"镇\";\n", 1, "至少 2", NULL },
	{ "a centre too long for a signature",
		"\ncentre = \"某某省某某市某某县示例镇反诈分中心\";\n", 2, "signature", NULL },
	{ "a signature with brackets", "signature = \"【示例镇】\";\n", 1, "【】", NULL },
	{ "a signature of one character", "signature = \"示\";\n", 1, "2到12", NULL },
	{ "an area that is not twelve digits", "\narea = \"310118\";\n", 2, "12位", NULL },
	{ "an area with letters", "area = \"31011811000x\";\n", 1, "12位", NULL },
	{ "a timezone that nobody knows", "timezone = \"Asia/Baihe\";\n", 1, "时区", NULL },
	{ "a timezone that is a folder", "timezone = \"Asia\";\n", 1, "时区", NULL },
	{ "a timezone that climbs out", "timezone = \"../../../etc/passwd\";\n", 1, "时区", NULL },
	{ "a telephone with letters", "centre_phone = \"abc\";\n", 1, "电话", NULL },
	{ "a data folder that is too long", "data_dir = \"/" LONG150 LONG50 LONG50 "\";\n", 1,
		"太长", NULL },
	{ "a store that is not built", "\nstore = \"postgresql://db/quanzu\";\n", 2, "PostgreSQL",
		"sqlite:" },
	{ "a store without a scheme", "store = \"quanzu.db\";\n", 1, "sqlite:", NULL },
	{ "a store without a file", "store = \"sqlite:\";\n", 1, "sqlite:", NULL },
	{ "a log level that is none", "log_level = \"loud\";\n", 1, "debug", NULL },
	{ "a purpose that is none", MODEM "\n purposes = [\"task\", \"fun\"]; });", 2, "没有 fun",
		"urgent" },
	{ "no purpose at all", MODEM "\n purposes = [ ]; });", 2, "purposes", "不写就是都可以" },
	{ "a carrier that is none", MODEM "\n carriers = \"铁通\"; });", 2, "没有 铁通", "广电" },
	{ "hours that are none", MODEM "\n hours = \"8-21\"; });", 2, "hours", "08:00-21:00" },
	{ "a preference of zero", MODEM "\n prefer = 0; });", 2, "1 到 99", NULL },
	{ "a cost of a fortune", MODEM "\n cost = 10001; });", 2, "0 到 10000", NULL },
	{ "a rate without a span", MODEM "\n per_number = \"3\"; });", 2, "per_number", "3/min" },
	{ "a rate of nothing", MODEM "\n per_number_calls = \"0/min\"; });", 2, "per_number_calls",
		NULL },
	{ "a rate of too many", MODEM "\n per_template = \"65/d\"; });", 2, "per_template", "64" },
	{ "too many rates", MODEM "\n per_number = \"1/s,2/s,3/s,4/s,5/s,6/s,7/s\"; });", 2,
		"最多6项", NULL },
	{ "bundling for an hour", "bundle = \"1h\";\n", 1, "10分钟", NULL },
	{ "an alarm command that is not there", "\nalarm_command = \"/nowhere/ring\";\n", 2,
		"不存在", NULL },
	{ "an alarm command with arguments", "alarm_command = \"/bin/true now\";\n", 1, "参数",
		NULL },
	/* http and drop */
	{ "a port out of range",
		"http = {\n listen = [\"127.0.0.1:80\",\n  \"127.0.0.1:65536\"]; };\n", 3,
		"1 到 65535", NULL },
	{ "port 0", "http = { listen = \"127.0.0.1:0\"; };\n", 1, "1 到 65535", NULL },
	{ "a port that is a word", "http = { listen = \"127.0.0.1:http\"; };\n", 1, "1 到 65535",
		NULL },
	{ "an address without port", "http = { listen = \"127.0.0.1\"; };\n", 1, "地址:端口",
		NULL },
	{ "an address with a blank", "http = { listen = \"127.0. 0.1:80\"; };\n", 1, "地址", NULL },
	{ "a bracket that is not closed", "http = { listen = \"[::1:80\"; };\n", 1, "地址", NULL },
	{ "an address twice", "http = { listen = [\"127.0.0.1:80\", \"127.0.0.1:80\"]; };\n", 1,
		"两次", NULL },
	{ "nine addresses",
		"http = { listen = "
		"[\"a:1\",\"a:2\",\"a:3\",\"a:4\",\"a:5\",\"a:6\",\"a:7\",\"a:8\",\"a:9\"]; };",
		1, "最多 8", NULL },
	{ "a socket path too long", "\nhttp = { socket = \"/run/" LONG50 LONG50 "/q.sock\"; };\n",
		2, "107", NULL },
	{ "no way in", "http = { listen = []; socket = \"\"; };\n", 1, "不能都空着", NULL },
	/* channels */
	{ "a key of modems in another channel",
		"channels = ({ name = \"a\"; kind = \"aliyun\";\n device = \"/dev/x\"; });\n", 2,
		"device", "modem" },
	{ "a secret in the open",
		"channels = ({ name = \"a\"; kind = \"aliyun\";\n access_key_secret = \"x\"; });\n",
		2, "access_key_secret_file", "保密" },
	{ "a secret in the open, deep inside",
		"channels = ({ name = \"a\"; kind = \"http\"; values = {\n password = \"x\"; }; "
		"});\n",
		2, "password_file", "保密" },
	{ "a secret's file that is not there",
		"channels = ({ name = \"a\"; kind = \"aliyun\";\n access_key_secret_file = "
		"\"/nowhere/x\"; });\n",
		2, "没有这个文件", "access_key_secret_file" },
	{ "a plain value and its file",
		"channels = ({ name = \"a\"; kind = \"aliyun\"; proxy = \"http://p:1\";\n "
		"proxy_file "
		"= \"/x\"; });\n",
		2, "只能写一个", NULL },
	{ "a kind that is no text", "channels = ({ name = \"a\";\n kind = 5; });\n", 2, "kind",
		NULL },
	{ "two channels with one name",
		MODEM "},\n { name = \"a\"; kind = \"modem\"; device = \"/dev/ttyUSB0\"; });\n", 2,
		"用了两次", NULL },
	{ "two channels on one device",
		MODEM
		"},\n { name = \"b\"; kind = \"modem\"; device = \"tcp:127.0.0.1:5000\"; });\n",
		2, "同一个 device", NULL },
	{ "a channel without a name",
		"channels = (\n{ kind = \"modem\"; device = \"/dev/x\"; });\n", 2, "name", NULL },
	{ "a channel without a kind", "channels = ({ name = \"a\"; device = \"/dev/x\"; });\n", 1,
		"kind", NULL },
	{ "a channel without a device", "channels = ({ name = \"a\"; kind = \"modem\"; });\n", 1,
		"device", NULL },
	{ "a channel name with a slash",
		"channels = ({ name = \"a/b\"; kind = \"modem\"; device = \"/dev/x\"; });\n", 1,
		"小写字母", NULL },
	{ "a device port out of range",
		"channels = ({ name = \"a\"; kind = \"modem\"; device = \"tcp:h:99999\"; });\n", 1,
		"1 到 65535", NULL },
	{ "a device without a host",
		"channels = ({ name = \"a\"; kind = \"modem\"; device = \"tcp::5000\"; });\n", 1,
		"主机", NULL },
	{ "a sound file with a path", MODEM "call_file = \"C:/a.amr\"; });\n", 1, "文件名", NULL },
	{ "a speech command that writes nothing",
		MODEM "speech_command = [\"espeak-ng\", \"{text}\"]; });\n", 1, "{out}", NULL },
	{ "a speech command that says nothing",
		MODEM "speech_command = [\"espeak-ng\", \"-w\", \"{out}\"]; });\n", 1, "{file}",
		NULL },
	{ "a speech command with an empty word",
		MODEM "speech_command = [\"\", \"{out}\", \"{text}\"]; });\n", 1, "空的词", NULL },
	{ "a speed that no port has", MODEM "baud = 12345; });\n", 1, "115200", NULL },
	{ "an IMEI that is none", MODEM "imei = \"86600000000001\"; profile = \"nokia\"; });\n", 1,
		"simcom", NULL },
	{ "an IMEI too short", MODEM "imei = \"866\"; });\n", 1, "IMEI", NULL },
	{ "an IMEI as a device, too short",
		"channels = ({ name = \"a\"; kind = \"modem\"; device = \"imei:866\"; });\n", 1,
		"IMEI", NULL },
	{ "neither device nor IMEI", "channels = ({ name = \"a\"; kind = \"modem\"; });\n", 1,
		"imei", NULL },
	{ "one IMEI twice",
		"channels = ({ name = \"a\"; kind = \"modem\"; device = \"imei:866000000000011\"; "
		"}, "
		"{ name = \"b\"; kind = \"modem\"; imei = \"866000000000011\"; });\n",
		1, "同一个 imei", NULL },
	{ "a card number with letters", MODEM "iccid = \"8986x\"; });\n", 1, "ICCID", NULL },
	{ "a power command that is no path", MODEM "power_command = [\"uhubctl\"]; });\n", 1,
		"完整路径", NULL },
	{ "a power command with an empty word", MODEM "power_command = [\"/bin/x\", \"\"]; });\n",
		1, "空的词", NULL },
	{ "a power command of many words",
		MODEM
		"power_command = [\"/b\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\","
		"\"10\",\"11\",\"12\"]; });\n",
		1, "最多 12", NULL },
	{ "credit without a query", MODEM "credit = { low = \"5元\"; }; });\n", 1, "query", NULL },
	{ "a query of an unknown kind", MODEM "credit = { query = \"http:x\"; }; });\n", 1,
		"ussd:", "sms:" },
	{ "a USSD code with letters", MODEM "credit = { query = \"ussd:*100#x\"; }; });\n", 1,
		"ussd:", NULL },
	{ "a query by SMS without a text", MODEM "credit = { query = \"sms:10086:\"; }; });\n", 1,
		"sms:10086", NULL },
	{ "a pattern without a group",
		MODEM "credit = { query = \"ussd:*1#\"; pattern = \"余额[0-9]+\"; }; });\n", 1,
		"括号", NULL },
	{ "a pattern that is none",
		MODEM "credit = { query = \"ussd:*1#\"; pattern = \"([0-9]+\"; }; });\n", 1, "正则",
		NULL },
	{ "a pattern that refers back",
		MODEM "credit = { query = \"ussd:*1#\"; pattern = \"(a)\\\\1\"; }; });\n", 1,
		"反向引用", NULL },
	{ "low credit that is no money",
		MODEM "credit = { query = \"ussd:*1#\"; low = \"很少\"; }; });\n", 1, "金额",
		NULL },
	{ "a loop test every minute", MODEM "loop_every = \"1min\"; });\n", 1, "1小时", NULL },
	{ "a loop test to letters", MODEM "loop_to = \"me\"; });\n", 1, "号码", NULL },
	{ "a number with letters", MODEM "own_number = \"1380013800x\"; });\n", 1, "号码", NULL },
	{ "a PIN file that is not there", MODEM "pin_file = \"/nowhere/pin\"; });\n", 1,
		"没有这个文件", NULL },
	{ "a pace beyond reason", MODEM "pace = \"1h\"; });\n", 1, "10分钟", NULL },
	{ "a validity of half a minute", MODEM "validity = \"330s\"; });\n", 1, "分钟", NULL },
	/* levels */
	{ "a new level without rungs",
		"levels = (\n { code = \"EXTREME\"; name = \"特急\"; word = \"特\"; rank = 50;\n"
		"   ack = 60; contact = 60; feedback = 60; });\n",
		2, "rungs", "EXTREME" },
	{ "a level whose rungs are taken away", "levels = ({ code = \"HIGH\"; rungs = ( ); });\n",
		1, "rungs", NULL },
	{ "a level without a code", "levels = ({ name = \"高\"; });\n", 1, "code", NULL },
	{ "a level twice", "levels = ({ code = \"HIGH\"; },\n{ code = \"HIGH\"; });\n", 2,
		"写了两次", NULL },
	{ "two levels of one rank", "levels = ({ code = \"HIGH\"; rank = 40; });\n", 1, "rank",
		NULL },
	{ "a rung for nobody we know",
		"levels = ({ code = \"HIGH\"; rungs = (\n{ after = 0; who = [\"boss\"]; }); });\n",
		2, "boss", "leader" },
	{ "rungs that fall back",
		"levels = ({ code = \"HIGH\"; rungs = ({ who = \"duty\"; },\n"
		"{ after = \"9min\"; who = \"head\"; }, { after = \"8min\"; who = \"centre\"; }); "
		"});\n",
		1, "由小到大", NULL },
	{ "a window that is none", "levels = ({ code = \"LOW\"; window = \"8-21\"; });\n", 1,
		"08:00-21:00", NULL },
	{ "seven revisits",
		"levels = ({ code = \"LOW\"; revisit = "
		"[\"1d\",\"2d\",\"3d\",\"4d\",\"5d\",\"6d\",\"7d\"]; });\n",
		1, "最多 6", NULL },
	{ "a word for a level that is none",
		"level_words = ({ word = \"高\";\n level = \"RED\"; });\n", 2, "CRITICAL", "RED" },
	{ "a level word without a word", "level_words = ({ level = \"HIGH\"; });\n", 1, "word",
		NULL },
	/* templates */
	{ "a placeholder that is none",
		"templates = {\n alert = \"{code}{naem}回{accept},{decline}\";\n};\n", 2, "{naem}",
		NULL },
	{ "the number in the first text",
		"templates = { alert = \"{code}{phone}回{accept},{decline}\"; };\n", 1, "{phone}",
		NULL },
	{ "an alert without its answers", "templates = { alert = \"{code}{accept}\"; };\n", 1,
		"{decline}", NULL },
	{ "a template too long", "templates = { back = \"" LONG150 LONG150 LONG150 "\"; };\n", 1,
		"太长", "399" },
	{ "an empty template", "templates = { back = \"\"; };\n", 1, "不能为空", NULL },
	{ "a template with a signature", "templates = { back = \"【示例镇】好\"; };\n", 1, "【】",
		NULL },
	{ "a template that is none", "templates = {\n\n alerts = \"x\"; };\n", 3, "没有 alerts",
		"alert" },
	{ "a brace that ends nowhere", "templates = { back = \"好{code\"; };\n", 1, "{code", NULL },
	{ "a phrase file that is not there", "phrases = \"/nowhere/words\";\n", 1, "没有这个文件",
		NULL },
	/* outcomes, types, rewards */
	{ "an outcome in small letters", "outcomes = ({ code = \"done\"; name = \"好\"; });\n", 1,
		"大写", NULL },
	{ "an outcome without a name", "outcomes = ({ code = \"DONE\"; });\n", 1, "name", NULL },
	{ "an outcome that ends somehow",
		"outcomes = ({ code = \"MET_OK\"; ends = \"maybe\"; });\n", 1, "always", NULL },
	{ "a word that means two outcomes",
		"outcomes = ({ code = \"DONE\"; name = \"办结\"; words = \"误报 好了\"; });\n", 1,
		"误报", "FALSE_ALARM" },
	{ "a success with a loss", "outcomes = ({ code = \"MET_OK\"; loss = true; });\n", 1,
		"dissuaded", NULL },
	{ "a new fraud type without a number",
		"fraud_types = ({ code = \"EGG_SCAM\"; name = \"领鸡蛋\"; });\n", 1, "number",
		NULL },
	{ "a number that another type has",
		"fraud_types = ({ code = \"EGG_SCAM\"; name = \"领鸡蛋\"; number = 4; });\n", 1,
		"编号 4", "FAKE_CS_LOGISTICS" },
	{ "a parent that nobody knows",
		"fraud_types = ({ code = \"EGG_SCAM\"; name = \"领鸡蛋\"; number = 88; parent = "
		"\"EGGS\"; });\n",
		1, "EGGS", NULL },
	{ "a reward without tiers", "rewards = ({ code = \"A\"; name = \"止损\"; });\n", 1, "tiers",
		NULL },
	{ "a reward whose first tier is not from 0",
		"rewards = ({ code = \"A\"; name = \"止损\"; tiers = ({ from = \"1万\"; amount = "
		"500; }); });\n",
		1, "必须是0", NULL },
	{ "a reward in two readings",
		"rewards = ({ code = \"A\"; name = \"止损\"; tiers = (\n{ amount = \"3万500\"; }); "
		"});\n",
		2, "金额", NULL },
	{ "a reward about so much",
		"rewards = ({ code = \"A\"; name = \"止损\"; tiers = ({ amount = \"大概500\"; }); "
		"});\n",
		1, "金额", NULL },
	{ "a negative reward",
		"rewards = ({ code = \"A\"; name = \"止损\"; tiers = ({ amount = -5; }); });\n", 1,
		"金额", NULL },
	{ "a reward twice",
		"rewards = ({ code = \"A\"; name = \"一\"; tiers = ({ amount = 5; }); },\n"
		"{ code = \"A\"; name = \"二\"; tiers = ({ amount = 5; }); });\n",
		2, "写了两次", NULL },
};

static void told(void **state)
{
	const struct bad_row *r = *state;
	struct settings_error e;
	struct settings *s;

	put("a.conf", r->text, 0644);
	s = settings_read(path_of("a.conf"), &e);
	if (s != NULL) {
		settings_free(s);
		fail_msg("it was taken");
	}
	if (strstr(e.text, r->says) == NULL ||
		(r->hint != NULL && strstr(e.text, r->hint) == NULL) || e.line != r->line)
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
	assert_string_equal(e.file, path_of("a.conf"));
}

static void a_missing_file_is_told_by_name(void **state)
{
	struct settings_error e;

	(void)state;
	assert_null(settings_read(path_of("none.conf"), &e));
	assert_string_equal(e.file, path_of("none.conf"));
	assert_int_equal(e.line, 0);
	assert_non_null(strstr(e.text, "没有这个文件"));
}

static void a_folder_is_no_file(void **state)
{
	struct settings_error e;

	(void)state;
	assert_null(settings_read(folder, &e));
	assert_non_null(strstr(e.text, "文件夹"));
}

static void a_file_of_two_megabytes_is_refused(void **state)
{
	struct settings_error e;
	char *text = malloc(2u << 20);

	(void)state;
	assert_non_null(text);
	memset(text, '#', 2u << 20);
	text[(2u << 20) - 1] = '\0';
	put("big.conf", text, 0644);
	free(text);
	assert_null(settings_read(path_of("big.conf"), &e));
	assert_non_null(strstr(e.text, "太大"));
}

/* -- included files ----------------------------------------------------------------------- */

static void an_error_names_the_included_file_and_its_line(void **state)
{
	struct settings_error e;

	(void)state;
	put("b.conf", "# two lines\n\nnode = 99;\n", 0644);
	put("a.conf", "drill = true;\n  @include \"b.conf\"\nlog_level = \"info\";\n", 0644);
	assert_null(settings_read(path_of("a.conf"), &e));
	assert_string_equal(e.file, path_of("b.conf"));
	assert_int_equal(e.line, 3);
}

static void an_error_behind_an_include_has_its_own_line(void **state)
{
	static const char *const texts[] = { "", "node = 1;", "node = 1;\n", "node = 1;\n\n",
		"# only a comment", "/* a\nb */ node = 1; \"\";" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts) - 1; i++) {
		struct settings_error e;

		put("b.conf", texts[i], 0644);
		put("a.conf",
			"drill = true;\n@include \"b.conf\" # more\n\nlog_level = \"loud\";\n",
			0644);
		assert_null(settings_read(path_of("a.conf"), &e));
		assert_string_equal(e.file, path_of("a.conf"));
		assert_int_equal(e.line, 4);
	}
}

static void an_include_inside_a_group_and_by_its_whole_path(void **state)
{
	char text[512];
	struct settings *s;

	(void)state;
	put("b.conf", "queue = 99;", 0644);
	snprintf(text, sizeof text, "http = {\n@include \"%s\"\nconnections = 9;\n};\n",
		path_of("b.conf"));
	s = reads(text);
	assert_int_equal(s->http.queue, 99);
	assert_int_equal(s->http.connections, 9);
	settings_free(s);
}

static void an_include_in_a_comment_or_a_text_is_none(void **state)
{
	struct settings *s =
		reads("/*\n@include \"none.conf\"\n*/\n# @include \"none.conf\"\nnode = 3;\n");

	(void)state;
	assert_int_equal(s->node, 3);
	settings_free(s);
}

static const struct include_row {
	const char *name, *text;
	int line;
	const char *says;
} include_rows[] = {
	{ "an included file that is not there", "\n@include \"none.conf\"\n", 2, "没有这个文件" },
	{ "an included folder", "@include \"/tmp\"\n", 1, "文件夹" },
	{ "an included device", "@include \"/dev/zero\"\n", 1, "普通文件" },
	{ "a file that includes itself", "@include \"a.conf\"\n", 1, "互相包含" },
	{ "an include without quotes", "@include b.conf\n", 1, "@include \"文件名\"" },
	{ "an include with something behind it", "\n\n@include \"b.conf\" node = 1;\n", 3,
		"后面不能" },
	{ "an include at the end of a line", "node = 1; @include \"b.conf\"\n", 1, "写法有误" },
};

static void include_told(void **state)
{
	const struct include_row *r = *state;
	struct settings_error e;

	put("b.conf", "", 0644);
	put("a.conf", r->text, 0644);
	assert_null(settings_read(path_of("a.conf"), &e));
	if (strstr(e.text, r->says) == NULL || e.line != r->line)
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
}

/* -- what it means ------------------------------------------------------------------------ */

static void an_empty_file_means_the_defaults(void **state)
{
	struct settings *s = reads("");
	struct settings d;
	char keys[256];

	(void)state;
	settings_default(&d);
	settings_restart_keys(s, &d, keys, sizeof keys);
	assert_string_equal(keys, "");
	assert_string_equal(d.data_dir, "/var/lib/quanzu");
	assert_string_equal(d.store, "sqlite:/var/lib/quanzu/quanzu.db");
	assert_string_equal(d.key_file, "/var/lib/quanzu/keys");
	assert_string_equal(d.timezone, "Asia/Shanghai");
	assert_string_equal(d.http.listen[0], "127.0.0.1:8080");
	assert_true(s->http.per_address < s->http.connections); /* one machine cannot take all */
	assert_int_equal(d.channel_count, 0);
	assert_false(d.drill);
	assert_false(d.require_pledge);
	assert_string_equal(d.templates.signature, "反诈分中心");
	assert_memory_equal(&s->policies, &d.policies, sizeof d.policies);
	assert_memory_equal(&s->templates, &d.templates, sizeof d.templates);
	assert_non_null(s->phrases);
	settings_free(s);
}

/* The form of the contract: every key of it must be taken. */
static const char whole[] =
	"\xef\xbb\xbf# UTF-8 with a mark, as some editors write it\r\n"
	"centre   = \"白鹤镇反诈分中心\";      area = \"310118110000\";   timezone = "
	"\"Asia/Shanghai\";\r\n"
	"data_dir = \"/var/lib/quanzu2\";      store = \"sqlite:q.db\";\n"
	"http     = { listen = [\"127.0.0.1:8081\", \"[::1]:8081\"]; socket = \"q.sock\"; };\n"
	"drop     = { dir = \"drop\"; file_max = \"1M\"; stable = \"30s\"; };\n"
	"channels = ( { name = \"sim1\"; kind = \"modem\"; device = \"/dev/serial/by-id/x\"; sms = "
	"true;\n"
	"               per_day = 500; pace = \"2500ms\"; validity = \"2h\"; },\n"
	"             { name = \"sim2\"; kind = \"modem\"; device = \"tcp:127.0.0.1:5000\"; },\n"
	"             { name = \"sim3\"; kind = \"modem\"; device = \"tcp:10.0.0.7:4001\"; reports "
	"= false; } );\n"
	"cases    = { merge = \"12h\"; life = \"3天\"; version = 4; };\n"
	"levels   = ( { code = \"HIGH\"; contact = \"5min\"; accepts = 2; },\n"
	"             { code = \"EXTREME\"; name = \"特急\"; word = \"特\"; rank = 50; urgent = "
	"true;\n"
	"               rungs = ( { who = [\"duty\", \"members\", \"leader\"]; },\n"
	"                         { after = 120; who = \"police\"; ask = false; } );\n"
	"               ack = 60; contact = 120; feedback = \"30min\"; revisit = [\"1d\", \"2d\"]; "
	"} );\n"
	"level_words = ( { word = \"高\"; level = \"CRITICAL\"; } );\n"
	"templates = { back = \"欢迎回来\"; repeat_mark = \"再发:\"; };\n"
	"outcomes = ( { code = \"MET_OK\"; name = \"当面劝住\"; words = [\"劝住了\", \"成功\"]; "
	"},\n"
	"             { code = \"LEFT_NOTE\"; name = \"留条\"; words = \"留条 贴条\"; ends = "
	"\"low\"; } );\n"
	"fraud_types = ( { code = \"FAKE_LOAN\"; name = \"假贷款\"; },\n"
	"                { code = \"EGG_SCAM\"; number = 88; name = \"领鸡蛋\"; aliases = "
	"[\"鸡蛋\", \"听课\"];\n"
	"                  parent = \"HEALTH_PRODUCT\"; audience = \"elders\"; } );\n"
	"rewards = ( { code = \"SAVED\"; name = \"劝阻止损\"; tiers = ( { amount = 500; },\n"
	"              { from = \"10万\"; amount = \"1000\"; }, { from = 1000000; by_hand = true; "
	"} ); } );\n"
	"disk_low = \"1G\"; log_level = \"warn\"; drill = true; node = 2;\n"
	"inbox = { per_sender_hour = 20; }; unsure_wait = \"3min\"; call_end_wait = \"90s\";\n"
	"alarm_command = \"/bin/true\";\n";

static void the_whole_contract_is_taken(void **state)
{
	struct settings *s = reads(whole);

	(void)state;
	assert_string_equal(s->centre, "白鹤镇反诈分中心");
	assert_string_equal(s->templates.signature, "白鹤镇反诈分中心");
	assert_string_equal(s->area, "310118110000");
	assert_string_equal(s->store, "sqlite:/var/lib/quanzu2/q.db");
	assert_string_equal(s->key_file, "/var/lib/quanzu2/keys");
	assert_string_equal(s->http.socket, "/var/lib/quanzu2/q.sock");
	assert_int_equal(s->http.listen_count, 2);
	assert_string_equal(s->http.listen[1], "[::1]:8081");
	assert_string_equal(s->drop.dir, "/var/lib/quanzu2/drop");
	assert_int_equal(s->drop.file_max, 1 << 20);
	assert_int_equal(s->drop.stable_s, 30);
	assert_int_equal(s->policies.merge_s, 12 * 3600);
	assert_int_equal(s->policies.life_s, 3 * 86400);
	assert_int_equal(s->policies.version, 4);
	assert_string_equal(s->templates.text[TPL_BACK], "欢迎回来");
	assert_string_equal(s->templates.repeat_mark, "再发:");
	assert_int_equal(s->disk_low_bytes, INT64_C(1) << 30);
	assert_string_equal(s->log_level, "warn");
	assert_true(s->drill);
	assert_int_equal(s->node, 2);
	assert_int_equal(s->inbox_per_sender_hour, 20);
	assert_int_equal(s->answers_per_hour, 3);
	assert_int_equal(s->unsure_wait_s, 180);
	assert_int_equal(s->call_end_wait_s, 90);
	assert_string_equal(s->alarm_command, "/bin/true");
	settings_free(s);
}

static void channels_have_their_defaults_by_device(void **state)
{
	struct settings *s = reads(whole);
	const struct channel_settings *real = &s->channel[0], *sim = &s->channel[1],
				      *net = &s->channel[2];

	(void)state;
	assert_int_equal(s->channel_count, 3);
	assert_true(real->sms && !real->voice && real->reports);
	assert_int_equal(real->pace_ms, 2500);
	assert_int_equal(real->part_pace_ms, 1000);
	assert_int_equal(real->per_minute, 20);
	assert_int_equal(real->per_hour, 200);
	assert_int_equal(real->per_day, 500);
	assert_int_equal(real->max_parts, 6);
	assert_int_equal(real->validity_min, 120);
	assert_int_equal(sim->pace_ms, 0);
	assert_int_equal(sim->per_hour, 0);
	assert_int_equal(sim->validity_min, 60);
	assert_int_equal(net->pace_ms, 3000);
	assert_int_equal(net->per_day, 1000);
	assert_false(net->reports);
	settings_free(s);
}

static void a_modem_has_keys_of_its_own(void **state)
{
	struct settings *s = reads(MODEM
		"iccid = \"898600\"; profile = \"simcom\"; roaming = true; own_number = "
		"\"13800138000\";\n power_command = [\"/usr/sbin/uhubctl\", \"-l\", \"{usb}\"];\n"
		"credit = { query = \"ussd:*100#\"; pattern = \"移动\"; low = \"5元\"; }; "
		"loop_every = \"12h\"; baud = 0; },\n"
		"{ name = \"b\"; kind = \"modem\"; device = \"imei:866000000000011\"; });\n");
	const struct channel_settings *a = &s->channel[0], *b = &s->channel[1];

	(void)state;
	assert_string_equal(a->modem.iccid, "898600");
	assert_string_equal(a->modem.profile, "simcom");
	assert_true(a->modem.roaming);
	assert_string_equal(a->modem.power_command[2], "{usb}");
	assert_string_equal(a->modem.power_command[3], "");
	assert_string_equal(a->modem.credit_query, "ussd:*100#");
	assert_non_null(strstr(a->modem.credit_pattern, "余额"));
	assert_int_equal(a->modem.credit_low_fen, 500);
	assert_string_equal(a->modem.loop_to, "13800138000");
	assert_int_equal(a->modem.loop_min, 720);
	assert_int_equal(a->baud, 0);
	assert_string_equal(b->modem.imei, "866000000000011");
	assert_string_equal(b->device, "");
	assert_int_equal(b->baud, 115200);
	assert_int_equal(b->modem.loop_min, 1440);
	assert_int_equal(b->modem.credit_low_fen, 1000);
	assert_int_equal(b->pace_ms, 3000); /* a real one, wherever it is */
	settings_free(s);
}

static void a_channel_may_call(void **state)
{
	struct settings *s = reads(MODEM
		"voice = true; call_file = \"task.amr\"; audio_device = \"/dev/ttyUSB1\";\n"
		"speech_command = [\"espeak-ng\", \"-f\", \"{file}\", \"-w\", \"{out}\"]; });\n");
	const struct channel_settings *c = &s->channel[0];

	(void)state;
	assert_true(c->voice && c->sms);
	assert_string_equal(c->modem.call_file, "task.amr");
	assert_string_equal(c->modem.audio_device, "/dev/ttyUSB1");
	assert_string_equal(c->modem.speech_command[2], "{file}");
	assert_string_equal(c->modem.speech_command[5], "");
	assert_non_null(strstr(c->modem.speech_folder, "/speech"));
	settings_free(s);
}

static void a_channel_says_what_it_is_for(void **state)
{
	struct settings *s =
		reads("bundle = \"30s\";\n" MODEM "purposes = [\"task\", \"紧急\"]; carriers = "
		      "[\"移动\", \"中国电信\"]; cost = 5; prefer = 1;"
		      " hours = \"08:00-21:00\"; per_month = 9000; per_number = \"3/min, 50/d\";"
		      " per_number_calls = \"15/3h\"; per_template = \"\"; });\n");
	const struct channel_settings *c = &s->channel[0];

	(void)state;
	assert_int_equal(c->way.purposes, WAY_TASK | WAY_URGENT);
	assert_int_equal(c->way.carriers, WAY_MOBILE | WAY_TELECOM);
	assert_int_equal(c->way.cost_fen, 5);
	assert_int_equal(c->way.prefer, 1);
	assert_int_equal(c->way.from_min, 8 * 60);
	assert_int_equal(c->way.to_min, 21 * 60);
	assert_int_equal(c->per_month, 9000);
	assert_int_equal(c->per_number.count, 2);
	assert_int_equal(c->per_number.at[0].count, 3);
	assert_int_equal(c->per_number.at[0].span_ms, 60000);
	assert_int_equal(c->per_number.at[1].span_ms, 86400000);
	assert_int_equal(c->per_number_calls.at[0].span_ms, 3 * 3600000);
	assert_int_equal(c->per_template.count, 0);
	assert_int_equal(s->bundle_s, 30);
	settings_free(s);
	s = reads("channels = ({ name = \"a\"; kind = \"modem\"; device = \"/dev/ttyUSB0\"; hours "
		  "= \"全天\"; });");
	c = &s->channel[0];
	assert_int_equal(c->per_number.count, 2);
	assert_int_equal(c->per_number_calls.count, 4);
	assert_int_equal(c->way.from_min, c->way.to_min);
	assert_int_equal(s->bundle_s, 0);
	settings_free(s);
}

static void levels_change_one_by_one_and_new_ones_join(void **state)
{
	struct settings *s = reads(whole);
	const struct policy *high = policies_find(&s->policies, "HIGH");
	const struct policy *top = policies_find(&s->policies, "EXTREME");
	struct policies house;

	(void)state;
	policies_default(&house);
	assert_int_equal(high->contact_s, 300);
	assert_int_equal(high->accepts, 2);
	assert_int_equal(high->ack_s, 600); /* what is not named stays */
	assert_int_equal(high->rung_count, 4);
	assert_int_equal(s->policies.count, 5);
	assert_ptr_equal(top, &s->policies.level[0]);
	assert_int_equal(top->rungs[0].who, WHO_DUTY | WHO_MEMBERS | WHO_LEADER);
	assert_true(top->rungs[0].ask);
	assert_int_equal(top->rungs[1].after_s, 120);
	assert_false(top->rungs[1].ask);
	assert_int_equal(top->revisit_count, 2);
	assert_string_equal(policies_raise(&s->policies, "CRITICAL")->code, "EXTREME");
	assert_memory_equal(
		policies_find(&s->policies, "LOW"), policies_find(&house, "LOW"), sizeof *high);
	settings_free(s);
}

static void the_words_of_the_office_are_known(void **state)
{
	struct settings *s = reads(whole);
	const struct outcome_code *c = outcome_code_find(&s->outcomes, "MET_OK");
	const struct fraud_type *t = fraud_of_code("FAKE_LOAN", &s->fraud_types);
	bool mapped;

	(void)state;
	assert_string_equal(c->name, "当面劝住");
	assert_true(c->dissuaded && c->ends == OUTCOME_ALWAYS);
	assert_ptr_equal(outcome_code_of_word(&s->outcomes, "成功"), c);
	assert_null(outcome_code_of_word(&s->outcomes, "见面成功")); /* replaced, not added */
	assert_true(outcome_code_ends(outcome_code_of_word(&s->outcomes, "贴条"), "LOW"));
	assert_string_equal(t->name, "假贷款");
	assert_int_equal(t->number, fraud_of_code("FAKE_LOAN", NULL)->number);
	assert_string_equal(t->audience, fraud_of_code("FAKE_LOAN", NULL)->audience);
	assert_string_equal(fraud_of_word("听课", &s->fraud_types, NULL)->code, "EGG_SCAM");
	assert_true(fraud_is("EGG_SCAM", "HEALTH_PRODUCT", &s->fraud_types));
	assert_int_equal(level_of_word("高", &s->level_words, &mapped), LEVEL_CRITICAL);
	assert_true(mapped);
	settings_free(s);
}

static void rewards_read_wan(void **state)
{
	struct settings *s = reads(whole);
	const struct reward_rule *r = &s->rewards.rule[0];

	(void)state;
	assert_int_equal(s->rewards.count, 1);
	assert_string_equal(r->group, "SAVED");
	assert_int_equal(reward_rule_tier(r, -1)->amount_fen, 50000);
	assert_int_equal(reward_rule_tier(r, INT64_C(10000000))->amount_fen, 100000);
	assert_true(reward_rule_tier(r, INT64_C(100000000))->by_hand);
	settings_free(s);
}

static void relative_paths_begin_at_the_data_folder(void **state)
{
	struct settings *s =
		reads("key_file = \"k\"; data_dir = \"data\"; drop = { dir = \"in\"; };\n");
	char want[256];

	(void)state;
	snprintf(want, sizeof want, "%s/data", folder);
	assert_string_equal(s->data_dir, want);
	snprintf(want, sizeof want, "%s/data/k", folder);
	assert_string_equal(s->key_file, want);
	snprintf(want, sizeof want, "%s/data/in", folder);
	assert_string_equal(s->drop.dir, want);
	snprintf(want, sizeof want, "sqlite:%s/data/quanzu.db", folder);
	assert_string_equal(s->store, want);
	settings_free(s);
}

/* -- secrets ------------------------------------------------------------------------------ */

static const struct pin_row {
	const char *name, *content;
	mode_t mode;
	const char *want, *says;
} pin_rows[] = {
	{ "a PIN in a file", "1234", 0600, "1234", NULL },
	{ "a PIN with a line end", " 12345678 \r\n", 0600, "12345678", NULL },
	{ "a PIN that everybody may read", "1234", 0644, NULL, "chmod 600" },
	{ "a PIN of three digits", "123", 0600, NULL, "4到8位" },
	{ "a PIN with letters", "12a4", 0600, NULL, "4到8位" },
	{ "two PINs", "1234\n5678\n", 0600, NULL, "一行" },
	{ "no PIN", "\n", 0600, NULL, "空" },
};

static void pin(void **state)
{
	const struct pin_row *r = *state;
	struct settings_error e;
	struct settings *s;
	char text[512];

	put("pin", r->content, r->mode);
	snprintf(text, sizeof text, MODEM "pin_file = \"%s\"; });\n", path_of("pin"));
	put("a.conf", text, 0644);
	s = settings_read(path_of("a.conf"), &e);
	if (r->want == NULL) {
		assert_null(s);
		assert_non_null(strstr(e.text, r->says));
		assert_null(strstr(e.text, "12")); /* the secret is not in the error */
	} else {
		assert_non_null(s);
		assert_string_equal(s->channel[0].pin, r->want);
	}
	settings_free(s);
}

static void a_credential_of_systemd_comes_first(void **state)
{
	struct settings *s;

	(void)state;
	put("sim-pin", "4321\n", 0400);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	s = reads(MODEM "pin_file = \"sim-pin\"; });\n");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_string_equal(s->channel[0].pin, "4321");
	settings_free(s);
}

/* -- keys of one kind ----------------------------------------------------------------------- */

static void keys_of_a_cloud_stand_as_json(void **state)
{
	static const char want[] =
		"{\"access_key_id\":\"LTAI\",\"access_key_secret\":\"top "
		"secret\",\"ca_file\":\"%s/ca.pem\","
		"\"deep\":{\"password\":\"top "
		"secret\"},\"hook_allow\":[\"10.0.0.0/8\"],\"parallel\":8,"
		"\"share\":0.5,\"templates\":[{\"code\":\"SMS_1\",\"short\":true}]}";
	char text[1024], json[600], *got;
	struct settings *s;
	const json_t *lines;

	(void)state;
	put("sec", "top secret\n", 0600);
	snprintf(text, sizeof text,
		"data_dir = \"%s\";\nchannels = ({ name = \"a\"; kind = \"aliyun\"; own_number = "
		"\"10690\";\n"
		"access_key_id = \"LTAI\";\naccess_key_secret_file = \"sec\";\n"
		"deep = { password_file = \"sec\"; }; parallel = 8; share = 0.5;\n"
		"hook_allow = [\"10.0.0.0/8\"]; ca_file = \"ca.pem\";\n"
		"templates = ({ code = \"SMS_1\"; short = true; }); },\n" MODEM_B "});\n",
		folder);
	s = reads(text);
	assert_int_equal(s->channel_count, 2);
	got = json_dumps(s->channel[0].own, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(json, sizeof json, want, folder);
	assert_string_equal(got, json);
	free(got);
	lines = s->channel[0].own_lines;
	assert_int_equal(json_integer_value(json_object_get(lines, "@line")), 2);
	assert_int_equal(json_integer_value(json_object_get(lines, "kind")), 2);
	assert_int_equal(json_integer_value(json_object_get(lines, "access_key_id")), 3);
	assert_int_equal(json_integer_value(json_object_get(lines, "access_key_secret")), 4);
	assert_int_equal(json_integer_value(json_object_get(lines, "templates")), 7);
	assert_string_equal(json_string_value(json_object_get(lines, "@file")), path_of("a.conf"));
	assert_string_equal(s->channel[0].own_number, "10690");
	assert_int_equal(s->channel[0].pace_ms, 0);
	assert_int_equal(s->channel[0].per_day, 0);
	assert_null(s->channel[1].own);
	settings_free(s);
}

static void an_unknown_kind_is_told_with_its_line(void **state)
{
	struct settings *s =
		reads("\nchannels = (" MODEM_B "},\n{ name = \"a\";\n kind = \"modm\"; "
		      "device_ = 1; });\n");
	struct settings_error e;

	(void)state;
	assert_false(channels_check(s, &e));
	assert_int_equal(e.line, 4);
	assert_string_equal(e.file, path_of("a.conf"));
	assert_non_null(strstr(e.text, "modm"));
	settings_free(s);
	s = reads("channels = (" MODEM_B "});\n");
	assert_true(channels_check(s, &e));
	settings_free(s);
}

/* The same key in another file, its secret changed: a restart is needed. */
static void a_changed_secret_is_seen_by_a_reload(void **state)
{
	static const char text[] = "channels = ({ name = \"a\"; kind = \"aliyun\"; x_file = "
				   "\"%s\"; y = 1; });\n";
	char conf[512], keys[64];
	struct settings *a, *b, *c;

	(void)state;
	put("sec", "one\n", 0600);
	snprintf(conf, sizeof conf, text, path_of("sec"));
	a = reads(conf);
	b = reads(conf);
	put("sec", "two\n", 0600);
	c = reads(conf);
	settings_restart_keys(a, b, keys, sizeof keys);
	assert_string_equal(keys, "");
	settings_restart_keys(a, c, keys, sizeof keys);
	assert_string_equal(keys, "channels");
	settings_free(a);
	settings_free(b);
	settings_free(c);
}

static void our_reference_names_the_message(void **state)
{
	char ref[24];

	(void)state;
	own_ref_make(INT64_C(7654321098765432), 3, ref);
	assert_string_equal(ref, "76543210987654320003");
	assert_int_equal(own_ref_id(ref), INT64_C(7654321098765432));
	own_ref_make(5, 12345, ref);
	assert_string_equal(ref, "00000000000000052345");
	assert_int_equal(own_ref_id(ref), 5);
	assert_int_equal(own_ref_id(""), 0);
	assert_int_equal(own_ref_id("7654321098765432000x"), 0);
	assert_int_equal(own_ref_id("765432109876543200031"), 0);
}

static void the_office_may_bring_its_own_phrases(void **state)
{
	struct settings_error e;
	struct settings *s;
	char text[8192] = "";
	size_t used = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%d: 词%c\n", i, 'a' + i);
	put("words", text, 0644);
	snprintf(text, sizeof text, "phrases = \"%s\";\n", path_of("words"));
	s = reads(text);
	assert_non_null(s->phrases);
	settings_free(s);
	put("words", "4: 已转账\nnonsense here\n", 0644);
	assert_null(settings_read(path_of("a.conf"), &e));
	assert_string_equal(
		e.file, path_of("words")); /* the error is in the table, not in the conf */
	assert_true(e.line > 0 || e.text[0] != '\0');
}

/* -- reload ------------------------------------------------------------------------------- */

static const struct reload_row {
	const char *name, *after, *want;
} reload_rows[] = {
	{ "nothing changes", "", "" },
	{ "what a reload may change",
		"drill = true; templates = { back = \"好\"; }; log_level = \"debug\";"
		"levels = ({ code = \"LOW\"; ack = 60; }); inbox = { answers_per_day = 1; };"
		"rewards = ({ code = \"A\"; name = \"一\"; tiers = ({ amount = 5; }); });"
		"signature = \"示例镇\"; require_pledge = true;",
		"" },
	{ "the store", "store = \"sqlite:other.db\";", "store" },
	{ "the address", "http = { listen = \"127.0.0.1:9\"; };", "http.listen" },
	{ "one address less", "http = { listen = []; };", "http.listen" },
	{ "a limit", "http = { queue = 77; };", "http.queue" },
	{ "the data folder and what lies in it", "data_dir = \"/srv/q\";",
		"data_dir,store,key_file" },
	{ "a channel", MODEM "});", "channels" },
	{ "several", "area = \"310118110000\"; node = 1; disk_low = \"2M\";",
		"area,node,disk_low" },
};

static void reload(void **state)
{
	const struct reload_row *r = *state;
	struct settings *a = reads(""), *b = reads(r->after);
	char out[256], small[8];

	settings_restart_keys(a, b, out, sizeof out);
	assert_string_equal(out, r->want);
	settings_restart_keys(b, b, out, sizeof out);
	assert_string_equal(out, "");
	settings_restart_keys(a, b, small, sizeof small); /* cut between names */
	assert_true(strncmp(small, r->want, strlen(small)) == 0);
	assert_true(
		r->want[strlen(small)] == ',' || r->want[strlen(small)] == '\0' || *small == '\0');
	settings_free(a);
	settings_free(b);
}

/* -- units -------------------------------------------------------------------------------- */

static const struct unit_row {
	const char *name; /* is the text */
	int64_t ms;       /* -1: refused */
} duration_rows[] = {
	{ "90s", 90000 },
	{ "3min", 180000 },
	{ "2h", 7200000 },
	{ "7d", 604800000 },
	{ "1w", 604800000 },
	{ "500ms", 500 },
	{ "1h30min", 5400000 },
	{ "1h 30m", 5400000 },
	{ "30分钟", 1800000 },
	{ "24小时", 86400000 },
	{ "7天", 604800000 },
	{ "120", 120000 },
	{ "0", 0 },
	{ "", -1 },
	{ "min", -1 },
	{ "3 fortnights", -1 },
	{ "-3min", -1 },
	{ "1.5h", -1 },
	{ "1h30", -1 },
	{ "3653d", INT64_C(315619200000) },
	{ "3654d", -1 },
	{ "999999999999999w", -1 },
	{ "9999999999999999", -1 },
};

static void duration(void **state)
{
	const struct unit_row *r = *state;
	int64_t ms;

	assert_int_equal(config_duration(r->name, &ms), r->ms >= 0);
	if (r->ms >= 0)
		assert_int_equal(ms, r->ms);
}

static const struct size_row {
	const char *name;
	int64_t bytes;
} size_rows[] = {
	{ "8192", 8192 },
	{ "8K", 8192 },
	{ "8k", 8192 },
	{ "8KB", 8192 },
	{ "8KiB", 8192 },
	{ "5M", 5 << 20 },
	{ "3G", INT64_C(3) << 30 },
	{ "1T", INT64_C(1) << 40 },
	{ "10B", 10 },
	{ "", -1 },
	{ "M", -1 },
	{ "5X", -1 },
	{ "5MM", -1 },
	{ "-1", -1 },
	{ "1.5M", -1 },
	{ "999999999999999T", -1 },
};

static void size(void **state)
{
	const struct size_row *r = *state;
	int64_t bytes;

	assert_int_equal(config_size(r->name, &bytes), r->bytes >= 0);
	if (r->bytes >= 0)
		assert_int_equal(bytes, r->bytes);
}

static const struct window_row {
	const char *name;
	int from, to;
} window_rows[] = {
	{ "08:00-21:00", 480, 1260 },
	{ "8:30-21:00", 510, 1260 },
	{ "20:00-06:00", 1200, 360 },
	{ "00:00-24:00", 0, 1440 },
	{ "always", 0, 1440 },
	{ "全天", 0, 1440 },
	{ "8-21", -1, 0 },
	{ "08:00", -1, 0 },
	{ "08:00-08:00", -1, 0 },
	{ "08:60-21:00", -1, 0 },
	{ "24:00-08:00", -1, 0 },
	{ "08:00-24:01", -1, 0 },
	{ "08:00-21:00 ", -1, 0 },
	{ "", -1, 0 },
	{ "8", -1, 0 },
};

static void window(void **state)
{
	const struct window_row *r = *state;
	int from, to;

	assert_int_equal(config_window(r->name, &from, &to), r->from >= 0);
	if (r->from >= 0) {
		assert_int_equal(from, r->from);
		assert_int_equal(to, r->to);
	}
}

/* -- the sample --------------------------------------------------------------------------- */

static void the_sample_of_the_repository_is_taken(void **state)
{
	struct settings_error e;
	struct settings *s = settings_read("conf/quanzud.conf", &e);

	(void)state;
	if (s == NULL)
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
	assert_string_equal(s->centre, "示例镇反诈分中心");
	settings_free(s);
}

static const char *const sample_secrets[] = { "tx.secret", "mas.secret", "uni.secret", "ct.secret",
	"hw.secret", "p106.secret" };

/* Its commented examples are taken too: "#key = ...;" without the mark in front. */
static void so_are_its_examples(void **state)
{
	struct settings_error e;
	struct settings *s, d;
	char line[1024];
	FILE *in = fopen("conf/quanzud.conf", "r"), *out;

	(void)state;
	assert_non_null(in);
	out = fopen(path_of("b.conf"), "w");
	assert_non_null(out);
	while (fgets(line, sizeof line, in) != NULL)
		fputs(line[0] == '#' && line[1] != ' ' && line[1] != '\n' && line[1] != '#'
				? line + 1
				: line,
			out);
	fclose(in);
	assert_int_equal(fclose(out), 0);
	put("sim1.pin", "1234\n", 0600);
	put("ali.secret", "not a real one\n", 0600);
	put("ali.hook", "0123456789abcdef0123456789abcdef\n", 0600);
	put("hw.callback", "https://gw.example.gov.cn/hooks/hw/0123456789abcdef\n", 0600);
	for (size_t i = 0; i < COUNT(sample_secrets); i++)
		put(sample_secrets[i], "not a real one\n", 0600);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	s = settings_read(path_of("b.conf"), &e);
	unsetenv("CREDENTIALS_DIRECTORY");
	if (s == NULL)
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
	if (!channels_check(s, &e))
		fail_msg("%s:%d: %s", e.file, e.line, e.text);
	assert_int_equal(s->rewards.count, 1);
	settings_default(&d);
	assert_memory_equal(
		&s->policies, &d.policies, sizeof d.policies); /* they show the defaults */
	assert_memory_equal(s->templates.text, d.templates.text, sizeof d.templates.text);
	assert_memory_equal(&s->http.body_max, &d.http.body_max,
		sizeof d.http - offsetof(struct settings, http.body_max) +
			offsetof(struct settings, http));
	assert_int_equal(s->drop.file_max, d.drop.file_max);
	assert_int_equal(s->drop.rows_max, d.drop.rows_max);
	assert_int_equal(s->disk_low_bytes, d.disk_low_bytes);
	assert_int_equal(s->inbox_per_sender_hour, d.inbox_per_sender_hour);
	assert_int_equal(s->unsure_wait_s, d.unsure_wait_s);
	assert_int_equal(s->call_end_wait_s, d.call_end_wait_s);
	assert_memory_equal(outcome_code_find(&s->outcomes, "MET_OK"),
		outcome_code_find(&d.outcomes, "MET_OK"), sizeof(struct outcome_code));
	settings_free(s);
}

static char *whole_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1u << 17);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1u << 17) - 1, f) > 0);
	fclose(f);
	return text;
}

/* What the sample names, the manual page explains: ".It Ic name". */
static void every_key_of_the_sample_stands_in_the_manual(void **state)
{
	char *sample = whole_file("conf/quanzud.conf"), *manual = whole_file("docs/quanzud.conf.5");
	char item[64];
	int keys = 0;

	(void)state;
	for (char *at = sample; (at = strstr(at, " = ")) != NULL; at++) {
		char *from = at;

		while (from > sample && ((from[-1] >= 'a' && from[-1] <= 'z') || from[-1] == '_'))
			from--;
		if (from == at ||
			snprintf(item, sizeof item, ".It Ic %.*s", (int)(at - from), from) < 9)
			continue;
		if (strstr(manual, item) == NULL)
			fail_msg("%s is missing", item);
		keys++;
	}
	assert_true(keys > 100);
	free(sample);
	free(manual);
}

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/quanzu-settings-XXXXXX");
	log_level_set(LOG_LEVEL_ERROR); /* the warnings are not the subject here */
	return mkdtemp(folder) == NULL;
}

static int drop_folder(void **state)
{
	static const char *const names[] = { "a.conf", "b.conf", "big.conf", "pin", "sim-pin",
		"words", "sec", "sim1.pin", "ali.secret", "ali.hook", "hw.callback" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(path_of(names[i]));
	for (size_t i = 0; i < COUNT(sample_secrets); i++)
		unlink(path_of(sample_secrets[i]));
	return rmdir(folder);
}

#define ADD(rows, fn) \
	for (size_t i = 0; i < COUNT(rows); i++) \
	tests[n++] = (struct CMUnitTest)ROW(rows[i], fn)
#define ONE(fn) tests[n++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	struct CMUnitTest tests[COUNT(bad_rows) + COUNT(include_rows) + COUNT(pin_rows) +
				COUNT(reload_rows) + COUNT(duration_rows) + COUNT(size_rows) +
				COUNT(window_rows) + 28];
	size_t n = 0;

	ADD(bad_rows, told);
	ADD(include_rows, include_told);
	ADD(pin_rows, pin);
	ADD(reload_rows, reload);
	ADD(duration_rows, duration);
	ADD(size_rows, size);
	ADD(window_rows, window);
	ONE(a_missing_file_is_told_by_name);
	ONE(a_folder_is_no_file);
	ONE(a_file_of_two_megabytes_is_refused);
	ONE(an_error_names_the_included_file_and_its_line);
	ONE(an_error_behind_an_include_has_its_own_line);
	ONE(an_include_inside_a_group_and_by_its_whole_path);
	ONE(an_include_in_a_comment_or_a_text_is_none);
	ONE(an_empty_file_means_the_defaults);
	ONE(the_whole_contract_is_taken);
	ONE(channels_have_their_defaults_by_device);
	ONE(a_channel_says_what_it_is_for);
	ONE(a_modem_has_keys_of_its_own);
	ONE(a_channel_may_call);
	ONE(levels_change_one_by_one_and_new_ones_join);
	ONE(the_words_of_the_office_are_known);
	ONE(rewards_read_wan);
	ONE(relative_paths_begin_at_the_data_folder);
	ONE(a_credential_of_systemd_comes_first);
	ONE(keys_of_a_cloud_stand_as_json);
	ONE(an_unknown_kind_is_told_with_its_line);
	ONE(a_changed_secret_is_seen_by_a_reload);
	ONE(our_reference_names_the_message);
	ONE(the_office_may_bring_its_own_phrases);
	ONE(the_sample_of_the_repository_is_taken);
	ONE(so_are_its_examples);
	ONE(every_key_of_the_sample_stands_in_the_manual);
	return _cmocka_run_group_tests("settings", tests, n, make_folder, drop_folder);
}
