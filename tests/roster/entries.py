"""One lawful entry of each register, on the town of areas_and_posts."""

from datetime import date

from contracts.roster import KEPT, Register
from tests.roster.areas_and_posts import TOWN, WEST, WEST_GRID

PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 120_000}
OTHER_PHOTO = {**PHOTO, "sha256": "b" * 64}
VILLAGE = {"division": WEST, "area_id": WEST, "in_force_from": date(2020, 1, 1), "source": "景林长办发〔2020〕12号"}
OF_TOWN = {**VILLAGE, "division": TOWN, "area_id": None}
AT = {"lon": 117.05, "lat": 29.05, "datum": "cgcs2000"}
STATION = {"id": f"u-{TOWN}", "name": "三龙镇林业工作站"}
OFFICE = {"id": "u-county-office", "name": "浮梁县林长办"}
NAMED = (
    {"post_id": f"{WEST}-village-chief", "holder": "岗位 p-village", "phone": "0798-2620001"},
    {"post_id": f"{WEST_GRID.id}-ranger", "holder": "岗位 p-ranger"},
)

STATED = {
    Register.INVENTORY: {
        **VILLAGE,
        "id": "inv-2020-west",
        "year": 2020,
        "cover_percent": "78.2",
        "forest_stock_m3": "41200",
        "standing_stock_m3": "43010",
        "forest_land_mu": "12500.5",
        "welfare_forest_mu": "4000",
        "natural_forest_mu": "6100",
        "planted_commercial_mu": "2000",
        "old_trees_counted": 3,
        "fire_class": "ii",
        "key_species": ["南方红豆杉", "白鹇"],
        "habitats": [{"name": "龙源沟", "species": "白鹇", "ground_mu": "320"}],
    },
    Register.OLD_TREE: {
        **VILLAGE,
        "id": "tree-36022200017",
        "number": "36022200017",
        "species": "香樟",
        "age_years": 520,
        "age_estimated": True,
        "grade": 1,
        "height_m": "23.5",
        "girth_cm": "610",
        "crown_m": "19",
        "at": AT,
        "keeper": "三龙村民委员会",
        "photos": [PHOTO],
        "checked_on": ["2020-03-10"],
    },
    Register.RANGER: {
        **VILLAGE,
        "id": "ranger-west-1",
        "area_id": WEST_GRID.id,
        "post_id": f"{WEST_GRID.id}-ranger",
        "person": {"id": "p-ranger", "name": "岗位 p-ranger"},
        "contract_from": "2020-01-01",
        "contract_to": "2020-12-31",
        "kit": [{"item": "terminal", "pieces": 1, "given_on": "2019-05-06"}],
        "training": [{"subject": "森林防火", "attended_on": "2020-03-02", "hours": 8, "passed": True}],
        "pay": [{"year": 2019, "season": "year", "months": 12, "base_yuan": "9000", "performance_yuan": "1200"}],
        "rewards_and_penalties": [
            {
                "item": "2020-1",
                "rule": "report_rewarded",
                "on": "2020-04-04",
                "amount_yuan": "200",
                "reported_first": True,
                "grounds": "清明野外用火及时上报",
            }
        ],
    },
    Register.BOARD: {
        **VILLAGE,
        "id": "board-west-1",
        "place": "三龙村村口",
        "at": AT,
        "content": {"lines": NAMED, "area_name": f"地块 {WEST}", "area_mu": "0", "hotline": "0798-2621234"},
        "photo": PHOTO,
        "confirmed_on": "2020-06-10",
        "inspected_on": "2020-06-10",
    },
    Register.BREEDER: {
        **VILLAGE,
        "id": "breeder-1",
        "name": "三龙竹鼠养殖场",
        "place": "三龙村",
        "use": "food",
        "stock": [{"species": "竹鼠", "head": 120, "kg": "200"}],
        "licence": {
            "number": "赣林护许〔2018〕31号",
            "issuer": "江西省林业局",
            "first": "2018-03-01",
            "last": "2021-02-28",
        },
        "inspections": [
            {"visited_on": "2020-03-20", "inspector": "浮梁县林业局", "findings": "已停止出售", "passed": True}
        ],
    },
    Register.OFFICE: {
        **OF_TOWN,
        "id": "office-town",
        "unit": OFFICE,
        "address": "三龙镇政府二楼",
        "hotline": "0798-2621234",
        "staff": 3,
        "full_time_staff": 1,
        "standards": [{"item": "premises", "met_on": "2020-05-30", "evidence": [PHOTO]}],
        "funding": [{"year": 2020, "planned_yuan": "50000", "paid_yuan": "20000", "document": "三财〔2020〕3号"}],
    },
    Register.CORRESPONDENCE: {
        **OF_TOWN,
        "id": "paper-2020-7",
        "office": OFFICE,
        "number": "三林长办〔2020〕7号",
        "way": "up",
        "to": {"id": "u-360222000000-office", "name": "浮梁县林长办"},
        "sent_on": "2020-06-01",
        "subject": "关于松材线虫病除治经费的请示",
        "text": "拟请安排除治经费。",
        "reply_due_on": "2020-06-30",
    },
    Register.LEADING_GROUP: {
        **OF_TOWN,
        "id": "group-county",
        "division": "360222000000",
        "name": "浮梁县护绿提质行动领导小组",
        "document": "浮府办字〔2020〕31号",
        "members": [
            {"person": {"id": "p-head", "name": "岗位 p-head"}, "title": "县长", "unit": OFFICE, "group_role": "head"}
        ],
        "office_unit": OFFICE,
        "office_section": "林长制工作股",
    },
    Register.DIRECTIVE: {
        **OF_TOWN,
        "id": "order-2020-2",
        "instrument": "order",
        "number": "第2号",
        "issuer_post_id": f"{TOWN}-chief",
        "issued_on": "2020-06-12",
        "subject": "三龙镇林长令第2号",
        "text": "限期清理枯死松树。",
        "answers": "paper-2020-7",
        "items": [
            {
                "item": "1",
                "division": WEST,
                "place": "三龙村后山",
                "text": "清理枯死松树并提交照片",
                "unit": STATION,
                "due_on": "2020-06-30",
            },
            {
                "item": "2",
                "division": WEST,
                "place": "三龙村村口",
                "text": "更新公示牌",
                "unit": STATION,
                "due_on": "2020-07-10",
            },
        ],
    },
}


def entry(register, **otherwise):
    """One that its register takes, or with something otherwise."""
    return KEPT[register].entry.model_validate({**STATED[register], **otherwise})


def enrolling(register, *entries):
    """The command that states entries."""
    return KEPT[register].command(entries or (entry(register),))
