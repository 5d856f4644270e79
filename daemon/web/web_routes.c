/* Every address there is. Rows with words stand before rows with {names}. */
#include "web_room.h"

#include "banned.h"

/* clang-format off */
enum {
	OFFICE = ROLE_MANAGER | ROLE_ADMIN,
	FIELD = OFFICE | ROLE_POLICE,
	LOOK = FIELD | ROLE_AUDITOR | ROLE_VILLAGE,
	BOOKS = OFFICE | ROLE_AUDITOR,
	MONEY = LOOK | ROLE_FINANCE
};

#define LIST(noun, roles, what) \
	{ METHOD_GET, "/v1/" noun, roles, 0, NULL, web_list, what "列表" }, \
	{ METHOD_GET, "/v1/" noun "/{id}", roles, 0, web_one, NULL, what "详情" }
#define PEOPLE(noun, roles, what) \
	LIST(noun, LOOK, what), \
	{ METHOD_POST, "/v1/" noun, roles, WEB_LARGE, web_people_add, NULL, "新增一条" what "，或成批导入（表格、JSON 数组、每行一条的 JSON）" }, \
	{ METHOD_PATCH, "/v1/" noun "/{id}", roles, 0, web_people_change, NULL, "修改" what }, \
	{ METHOD_PUT, "/v1/" noun "/{id}", roles, 0, web_people_change, NULL, "修改" what }

const struct web_route web_routes[] = {
	{ METHOD_POST, "/v1/warnings", FIELD, WEB_LARGE | WEB_NONCE, web_push, NULL,
		"推送预警：一条、数组、NDJSON、CSV 或 XLSX" },
	LIST("warnings", LOOK, "预警"),
	LIST("cases", LOOK, "案件"),
	LIST("tasks", LOOK, "任务"),
	LIST("messages", LOOK, "消息"),
	LIST("inbox", LOOK, "收件"),
	LIST("followups", LOOK, "回访"),
	LIST("handovers", LOOK, "止付移交"),
	LIST("rewards", MONEY, "奖励"),
	LIST("proposed", LOOK, "建议入册"),
	LIST("alarms", LOOK, "告警"),
	LIST("keys", ROLE_ADMIN | ROLE_AUDITOR, "密钥"),
	LIST("events", BOOKS, "审计记录"),
	LIST("reveals", BOOKS, "查看明文记录"),
	PEOPLE("residents", FIELD, "重点人员"),
	PEOPLE("areas", OFFICE, "区划"),
	PEOPLE("teams", OFFICE, "队伍"),
	PEOPLE("members", OFFICE, "队员"),
	PEOPLE("duties", OFFICE, "值班"),
	{ METHOD_GET, "/v1/exports/{file}", MONEY, WEB_SLOW, web_export, NULL,
		"导出 cases、messages、rewards、residents、areas、teams、members、duties（.csv 或 .xlsx）" },
	{ METHOD_GET, "/v1/audit", BOOKS, WEB_SLOW, NULL, web_audit, "核对审计链" },
	{ METHOD_POST, "/v1/backup", ROLE_ADMIN, WEB_SLOW, web_backup, NULL, "备份数据库" },
	{ METHOD_GET, "/v1/channels", LOOK, 0, web_channels, NULL, "通道：状态、熔断、限额" },
	{ METHOD_GET, "/v1/channels/route", LOOK, 0, web_channel_route, NULL,
		"一条消息会走哪个通道，为什么（to、purpose、level、voice）" },
	{ METHOD_GET, "/v1/channels/{name}", LOOK, 0, web_channel_one, NULL, "一个通道" },
	{ METHOD_GET, "/v1/channels/{name}/log", BOOKS, 0, web_channel_log, NULL,
		"通道的对话记录，号码已遮盖（since：从第几行之后）" },
	{ METHOD_POST, "/v1/channels/{name}/test", FIELD, 0, web_channel_test, NULL,
		"发一条测试短信或打一个测试电话（to、voice）" },
	{ METHOD_POST, "/v1/channels/{name}/pause", OFFICE, 0, web_channel_pause, NULL, "暂停一个通道，重启后仍然暂停" },
	{ METHOD_POST, "/v1/channels/{name}/resume", OFFICE, 0, web_channel_resume, NULL,
		"恢复一个暂停、停用或熔断的通道" },
	{ METHOD_POST, "/v1/channels/{name}/order", FIELD, 0, web_channel_order, NULL,
		"自检(loop)、查余额(credit)、解除疑似受限(trust)、重启模块(reset)" },
	{ METHOD_POST, "/v1/{noun}", ROLE_ANY, 0, web_command_make, NULL, "新建（密钥 keys、短信 messages 等）" },
	{ METHOD_POST, "/v1/{noun}/{id}/{verb}", ROLE_ANY, 0, web_command, NULL,
		"对一条记录下指令，例如 cases/…/close、tasks/…/accept" },
	{ METHOD_POST, "/hooks/{channel}/{secret}/{what}", 0, WEB_OPEN | WEB_HOOK, web_hook, NULL,
		"云服务商的回调：what 是 receipt、inbound 或 voice" },
	{ METHOD_GET, "/hooks/{channel}/{secret}/{what}", 0, WEB_OPEN | WEB_HOOK, web_hook, NULL,
		"云服务商的回调，用 GET 的" },
	{ METHOD_GET, "/healthz", 0, WEB_OPEN, web_health, NULL, "进程是否活着" },
	{ METHOD_GET, "/readyz", 0, WEB_OPEN, web_ready, NULL, "能否接收预警" },
	{ METHOD_GET, "/metrics", 0, WEB_OPEN, web_metrics, NULL, "Prometheus 指标" },
	{ METHOD_GET, "/openapi.json", 0, WEB_OPEN, web_openapi, NULL, "本接口说明" },
	{ METHOD_GET, "/", 0, WEB_OPEN, web_root, NULL, "入口" },
	{ METHODS, NULL, 0, 0, NULL, NULL, NULL },
};
/* clang-format on */
