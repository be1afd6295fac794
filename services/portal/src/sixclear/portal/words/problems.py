"""What the problem codes of the APIs mean."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

PROBLEMS: Mapping[str, str] = {
    "not-found": N_("Không có gì ở địa chỉ này."),
    "invalid-request": N_("Yêu cầu có trường thiếu hoặc sai."),
    "malformed-request": N_("Yêu cầu không đọc được."),
    "invalid-cursor": N_("Con trỏ trang không hợp lệ; hãy đọc lại từ đầu danh sách."),
    "stale-version": N_("Bản ghi đã đổi từ khi bạn đọc; hãy đọc lại rồi gửi lại."),
    "unauthenticated": N_("Địa chỉ này cần mã truy cập."),
    "invalid-token": N_("Mã truy cập không hợp lệ hoặc đã hết hạn."),
    "insufficient-scope": N_("Mã truy cập không có quyền làm việc này."),
    "content-too-large": N_("Nội dung gửi quá lớn."),
    "figures-do-not-reconcile": N_("Không hiện số liệu: số đếm và bản ghi không khớp."),
    "internal-error": N_("Dịch vụ gặp trục trặc; dữ liệu vẫn an toàn."),
}
