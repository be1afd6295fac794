"""The public log, the keys of cases and their files have disks of their own, which every process of feedback shares."""

import pytest
from tests.contract.rendered import container, environment, of, pod

OVERLAYS = ("dev", "prod")
CLAIMS = ["feedback-files", "feedback-keys", "feedback-log"]


@pytest.mark.parametrize("folder", ["LOG", "KEYS", "FILES"])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_of_feedback_writes_to_one_disk_of_its_own(overlay: str, folder: str) -> None:
    feedback = of(overlay, "Deployment")["feedback"]
    path = environment(overlay, feedback)[f"SIXCLEAR_FEEDBACK_{folder}_FOLDER"]
    mounts = container(feedback)["volumeMounts"]
    (mounted,) = [
        mount["name"] for mount in mounts if path == mount["mountPath"] or path.startswith(mount["mountPath"] + "/")
    ]
    (volume,) = [volume for volume in pod(feedback)["volumes"] if volume["name"] == mounted]
    claim = of(overlay, "PersistentVolumeClaim")[volume["persistentVolumeClaim"]["claimName"]]
    shared = claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert shared or feedback["spec"]["replicas"] == 1


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_two_folders_share_a_disk(overlay: str) -> None:
    volumes = [
        volume for volume in pod(of(overlay, "Deployment")["feedback"])["volumes"] if "persistentVolumeClaim" in volume
    ]
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in volumes]
    assert sorted(claims) == sorted(of(overlay, "PersistentVolumeClaim")) == CLAIMS
