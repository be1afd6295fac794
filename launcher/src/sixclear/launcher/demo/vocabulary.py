"""Words of generated records. They describe kinds of work that the resolution asks for, and no real task."""

from dataclasses import dataclass
from typing import Any

ACTIONS = (
    "Xây dựng",
    "Hoàn thiện",
    "Kết nối",
    "Triển khai",
    "Chuẩn hóa",
    "Tích hợp",
    "Đánh giá",
    "Công bố",
    "Nâng cấp",
    "Vận hành",
)

OBJECTS = (
    ("cơ sở dữ liệu dùng chung của ngành", "Cơ sở dữ liệu vận hành, có người dùng thật"),
    ("danh mục dữ liệu mở", "Danh mục được công bố"),
    ("kho dữ liệu điện tử của tổ chức, cá nhân", "Kho dữ liệu vận hành"),
    ("hệ thống giải quyết thủ tục hành chính", "Hệ thống được nghiệm thu"),
    ("quy trình nội bộ trên môi trường điện tử", "Quyết định ban hành quy trình"),
    ("nền tảng quản lý nhiệm vụ khoa học và công nghệ", "Nền tảng vận hành"),
    ("trung tâm đổi mới sáng tạo", "Đề án được phê duyệt"),
    ("chương trình đào tạo kỹ năng số", "Báo cáo kết quả đào tạo"),
    ("hạ tầng kết nối tới cấp xã", "Biên bản nghiệm thu"),
    ("phương án bảo đảm an toàn thông tin theo cấp độ", "Quyết định phê duyệt cấp độ"),
    ("bộ chỉ tiêu đo lường kết quả", "Bộ chỉ tiêu được ban hành"),
    ("cơ chế thử nghiệm có kiểm soát", "Văn bản được ban hành"),
    ("dịch vụ chia sẻ dữ liệu qua nền tảng quốc gia", "Dịch vụ chia sẻ hoạt động"),
    ("tài liệu lưu trữ được số hóa", "Biên bản bàn giao tài liệu số"),
    ("chính sách thu hút nhân lực công nghệ cao", "Văn bản được ban hành"),
    ("mạng lưới phòng thí nghiệm dùng chung", "Danh sách phòng thí nghiệm mở"),
    ("dịch vụ công trực tuyến toàn trình", "Dịch vụ được cung cấp"),
    ("hệ thống chỉ đạo, điều hành dựa trên dữ liệu", "Hệ thống vận hành"),
    ("chương trình phát triển công nghệ chiến lược", "Chương trình được phê duyệt"),
    ("quỹ đầu tư mạo hiểm cho công nghệ", "Đề án được phê duyệt"),
)

RECURRING = (
    ("Báo cáo tiến độ thực hiện kế hoạch hằng tháng", "Báo cáo tháng", "FREQ=MONTHLY;BYMONTHDAY=22"),
    ("Rà soát dữ liệu đúng, đủ, sạch, sống hằng tuần", "Biên bản rà soát tuần", "FREQ=WEEKLY;BYDAY=FR"),
    ("Kiểm tra an toàn thông tin hằng quý", "Báo cáo quý", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15"),
    ("Cập nhật danh mục dữ liệu dùng chung hằng tháng", "Danh mục cập nhật", "FREQ=MONTHLY;BYMONTHDAY=5"),
    ("Đánh giá kết quả cung cấp dịch vụ công hằng quý", "Báo cáo quý", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=25"),
    ("Tổng hợp kiến nghị của doanh nghiệp hằng tháng", "Bảng tổng hợp", "FREQ=MONTHLY;BYMONTHDAY=10"),
    ("Tập huấn kỹ năng số hằng quý", "Danh sách người học", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=18"),
    ("Công bố chất lượng dữ liệu mở hằng tháng", "Bảng chất lượng dữ liệu", "FREQ=MONTHLY;BYMONTHDAY=-1"),
)

REPORTS = (
    (20, "Đã thành lập tổ công tác và phân công đầu mối."),
    (35, "Đã hoàn thành khảo sát hiện trạng."),
    (50, "Đã có dự thảo, đang lấy ý kiến các đơn vị."),
    (60, "Đang triển khai thử nghiệm tại ba đơn vị."),
    (75, "Đã hoàn thành phần chính, đang hiệu chỉnh."),
    (90, "Đã hoàn thành, đang chuẩn bị hồ sơ minh chứng."),
)

PERIOD_REPORTS = (
    (100, "Đã hoàn thành nội dung của kỳ."),
    (100, "Đã gửi sản phẩm của kỳ và cập nhật hồ sơ."),
    (90, "Đã hoàn thành phần chính, hai đơn vị gửi bổ sung sau."),
)

# Title, weight, and how far from the assignment to the deadline it is due.
MILESTONES = (
    ("Khảo sát, lập kế hoạch", 2, 0.3),
    ("Thử nghiệm, hoàn chỉnh", 3, 0.7),
    ("Nghiệm thu, đưa vào sử dụng", 5, 1.0),
)
MOVED = "Đơn vị thử nghiệm cần thêm thời gian (minh họa)."
RETURNED = "Chưa nêu kết quả của từng đơn vị (minh họa)."
SYSTEM = "Xây dựng hệ thống theo dõi tiến độ của các đơn vị"
REFUSAL = "Tài liệu không có ngày và không nêu hệ thống nào (minh họa)."

# Why a body asks for a decision, by its kind.
REASONS = {
    "extension": "Chờ văn bản của cơ quan phối hợp (minh họa).",
    "transfer": "Nội dung thuộc chức năng của cơ quan khác (minh họa).",
    "pause": "Chờ Quốc hội thông qua luật mới (minh họa).",
    "resume": "Luật mới đã được thông qua (minh họa).",
    "cancellation": "Nội dung đã có trong một chương trình khác (minh họa).",
    "split": "Hai phần việc cần hai hạn khác nhau (minh họa).",
    "merger": "Trùng nội dung với nhiệm vụ khác (minh họa).",
    "regrouping": "Xếp lại theo bốn nhóm việc của chương trình (minh họa).",
    "reopening": "Hệ thống được xác nhận nhưng chưa có người dùng (minh họa).",
}
_OF_DEADLINES = {
    "refused": "Kế hoạch chung không cho phép lùi thêm (minh họa).",
    "granted_otherwise": "Chỉ lùi một nửa thời gian (minh họa).",
}
_OF_OTHERS = {
    "refused": "Chưa đủ căn cứ (minh họa).",
    "granted_otherwise": "Phương án khác phù hợp hơn (minh họa).",
}


def answer_to(kind: str, outcome: str) -> str:
    """Why a request of a kind is not granted as it was asked."""
    return (_OF_DEADLINES if kind == "extension" else _OF_OTHERS)[outcome]


def _group(code: str, label_vi: str, label_en: str, *parts: tuple[str, str]) -> dict[str, Any]:
    numbered = enumerate(parts, start=1)
    listed = [{"code": f"{code}-{number}", "label_vi": vi, "label_en": en} for number, (vi, en) in numbered]
    return {"code": code, "label_vi": label_vi, "label_en": label_en, "parts": listed}


# The groups of work and their parts, which the programmes share: made up.
WORK_GROUPS = [
    _group("nhom-1", "Thể chế", "Institutions", ("Văn bản", "Documents"), ("Quy trình", "Procedures")),
    _group(
        *("nhom-2", "Hạ tầng và dữ liệu", "Infrastructure and data"),
        *(("Kết nối", "Connections"), ("Cơ sở dữ liệu", "Databases"), ("An toàn thông tin", "Security")),
    ),
    _group("nhom-3", "Nhân lực", "People", ("Đào tạo", "Training"), ("Thu hút chuyên gia", "Experts")),
    _group(
        *("nhom-4", "Ứng dụng", "Applications"),
        *(("Dịch vụ công", "Public services"), ("Doanh nghiệp", "Enterprises"), ("Phòng thí nghiệm", "Laboratories")),
    ),
]

DIFFICULTIES = (
    ("Dữ liệu của các đơn vị chưa thống nhất.", "Mã định danh khác nhau.", "Thống nhất mã với cơ quan chủ quản."),
    ("Kinh phí được cấp chậm.", "Hồ sơ dự toán phải bổ sung.", "Bổ sung hồ sơ trong tuần."),
    ("Thiếu nhân lực kỹ thuật.", "Chỉ tiêu tuyển dụng chưa được giao.", "Huy động chuyên gia của viện, trường."),
)


@dataclass(frozen=True, slots=True)
class Posts:
    """The positions that a kind of organisation answers with."""

    leader: str
    responsible: str


MINISTRY = Posts("Thứ trưởng phụ trách chuyển đổi số", "Cục trưởng Cục Chuyển đổi số")
PROVINCE = Posts("Phó Chủ tịch phụ trách khoa học, công nghệ", "Giám đốc Sở Khoa học và Công nghệ")
COMMUNE = Posts("Phó Chủ tịch Ủy ban nhân dân", "Trưởng phòng Văn hóa - Xã hội")

FEEDBACK = (
    ("feedback", "Đường truyền ở nhà văn hóa thôn rất chậm", "Người dân không nộp được hồ sơ trực tuyến vào buổi tối."),
    ("recommendation", "Bỏ yêu cầu nộp lại giấy tờ đã có trên hệ thống", "Giấy tờ đã số hóa vẫn bị yêu cầu bản sao."),
    (
        "initiative",
        "Bản đồ phòng thí nghiệm dùng chung",
        "Các viện công bố lịch trống để doanh nghiệp đặt dùng thiết bị.",
    ),
    ("solution", "Mẫu hợp đồng chia sẻ dữ liệu cho xã, phường", "Một mẫu ngắn, điền sẵn mục đích và thời hạn."),
    ("recommendation", "Cho phép tra cứu tình trạng hồ sơ không cần tài khoản", "Chỉ cần mã hồ sơ và mã tra cứu."),
    ("feedback", "Biểu mẫu báo cáo tháng phải nhập hai lần", "Xã nhập trên hai hệ thống cùng một số liệu."),
    ("initiative", "Cảm biến mực nước giá rẻ do trường cao đẳng chế tạo", "Đề nghị thử nghiệm tại hai xã ven sông."),
    ("solution", "Đối soát mã đơn vị hành chính tự động", "So khớp mã cũ và mã mới, báo khác biệt hằng ngày."),
)
