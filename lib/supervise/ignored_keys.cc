#include "supervise/ignored_keys.h"

#include <algorithm>
#include <array>

#include "supervise/unit_syntax.h"

namespace logq::supervise {
namespace {

constexpr std::array kIgnoredKeys = {
    IgnoredKeys{
        "Unit", "conditions",
        "ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory "
        "ConditionPathIsSymbolicLink ConditionPathIsMountPoint ConditionPathIsReadWrite "
        "ConditionPathIsEncrypted ConditionDirectoryNotEmpty ConditionFileNotEmpty "
        "ConditionFileIsExecutable ConditionNeedsUpdate ConditionFirstBoot "
        "ConditionArchitecture ConditionFirmware ConditionVirtualization ConditionHost "
        "ConditionKernelCommandLine ConditionKernelVersion ConditionCredential "
        "ConditionSecurity ConditionCapability ConditionACPower ConditionMemory "
        "ConditionCPUFeature ConditionCPUs ConditionEnvironment ConditionUser ConditionGroup "
        "ConditionControlGroupController ConditionOSRelease ConditionMemoryPressure "
        "ConditionCPUPressure ConditionIOPressure AssertPathExists AssertPathExistsGlob "
        "AssertPathIsDirectory AssertPathIsSymbolicLink AssertPathIsMountPoint "
        "AssertPathIsReadWrite AssertPathIsEncrypted AssertDirectoryNotEmpty "
        "AssertFileNotEmpty AssertFileIsExecutable AssertNeedsUpdate AssertFirstBoot "
        "AssertArchitecture AssertVirtualization AssertHost AssertKernelCommandLine "
        "AssertKernelVersion AssertCredential AssertSecurity AssertCapability AssertACPower "
        "AssertMemory AssertCPUFeature AssertCPUs AssertEnvironment AssertUser AssertGroup "
        "AssertControlGroupController AssertOSRelease AssertMemoryPressure AssertCPUPressure "
        "AssertIOPressure"},
    IgnoredKeys{"Unit", "actions of the machine",
                "JobTimeoutAction JobTimeoutRebootArgument StartLimitAction FailureAction "
                "SuccessAction FailureActionExitStatus SuccessActionExitStatus RebootArgument"},
    IgnoredKeys{"Unit", "jobs and targets",
                "SourcePath StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate "
                "DefaultDependencies OnSuccessJobMode OnFailureJobMode OnFailureIsolate "
                "IgnoreOnIsolate JobTimeoutSec JobRunningTimeoutSec CollectMode"},
    IgnoredKeys{"Unit", "relations between units",
                "Requisite Upholds Conflicts PropagatesReloadTo PropagateReloadTo "
                "ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo StopPropagatedFrom "
                "JoinsNamespaceOf RequisiteOverridable RequiresMountsFor"},
    IgnoredKeys{"Service", "actions of the machine",
                "StartLimitAction FailureAction RebootArgument"},
    IgnoredKeys{"Service", "message buses and gadgets",
                "BusName USBFunctionDescriptors USBFunctionStrings"},
    IgnoredKeys{"Service", "images",
                "RootImage RootImageOptions RootHash RootHashSignature RootVerity "
                "ExtensionDirectories ExtensionImages MountImages"},
    IgnoredKeys{"Service", "terminals",
                "StandardInputText StandardInputData TTYPath TTYReset TTYVHangup TTYVTDisallocate "
                "TTYRows TTYColumns UtmpIdentifier UtmpMode"},
    IgnoredKeys{"Service", "scheduling",
                "CoredumpFilter IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy "
                "CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask "
                "TimerSlackNSec"},
    IgnoredKeys{"Service", "credentials", "SetCredentialEncrypted LoadCredentialEncrypted"},
    IgnoredKeys{
        "Service", "control groups",
        "OOMPolicy Slice AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes "
        "StartupAllowedMemoryNodes CPUAccounting CPUWeight StartupCPUWeight CPUShares "
        "StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryAccounting MemoryMin "
        "DefaultMemoryMin DefaultMemoryLow MemoryLow MemoryHigh MemoryMax MemorySwapMax "
        "MemoryLimit DeviceAllow DevicePolicy IOAccounting IOWeight StartupIOWeight "
        "IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax "
        "IODeviceLatencyTargetSec BlockIOAccounting BlockIOWeight StartupBlockIOWeight "
        "BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth TasksAccounting "
        "TasksMax Delegate DisableControllers IPAccounting IPAddressAllow IPAddressDeny "
        "IPIngressFilterPath IPEgressFilterPath ManagedOOMSwap ManagedOOMMemoryPressure "
        "ManagedOOMMemoryPressureLimit ManagedOOMPreference BPFProgram SocketBindAllow "
        "SocketBindDeny RestrictNetworkInterfaces"},
    IgnoredKeys{
        "Service", "sandboxing",
        "RemoveIPC SecureBits KeyringMode ProtectProc ProcSubset SystemCallFilter "
        "SystemCallArchitectures SystemCallErrorNumber SystemCallLog MemoryDenyWriteExecute "
        "RestrictNamespaces RestrictRealtime RestrictSUIDSGID RestrictAddressFamilies "
        "LockPersonality RestrictFileSystems ReadWriteDirectories ReadOnlyDirectories "
        "InaccessibleDirectories ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths "
        "NoExecPaths ExecSearchPath BindPaths BindReadOnlyPaths TemporaryFileSystem "
        "PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules "
        "ProtectKernelLogs ProtectClock ProtectControlGroups NetworkNamespacePath "
        "IPCNamespacePath PrivateNetwork PrivateUsers PrivateMounts PrivateIPC ProtectSystem "
        "ProtectHome MountFlags MountAPIVFS Personality ProtectHostname"},
    IgnoredKeys{"Service", "security modules",
                "PAMName SELinuxContext AppArmorProfile SmackProcessLabel"},
    IgnoredKeys{"Socket", "security modules",
                "SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet"},
    IgnoredKeys{"Service", "rare ways to run",
                "TimeoutStartFailureMode TimeoutStopFailureMode RuntimeRandomizedExtraSec ExitType "
                "PermissionsStartOnly RootDirectoryStartOnly NonBlocking TimeoutCleanSec"},
};

// Keys of services that are no matter of the processes which sockets may have, too.
constexpr std::string_view kOnlyOfServices =
    "StartLimitAction FailureAction RebootArgument BusName USBFunctionDescriptors "
    "USBFunctionStrings OOMPolicy TimeoutStartFailureMode TimeoutStopFailureMode "
    "RuntimeRandomizedExtraSec ExitType PermissionsStartOnly RootDirectoryStartOnly NonBlocking "
    "ReloadSignal";

bool contains(std::string_view keys, std::string_view key) {
  const auto words = split_blanks(keys);
  return std::ranges::find(words, key) != words.end();
}

std::string_view subject_in_section(std::string_view section, std::string_view key) {
  for (const IgnoredKeys& group : kIgnoredKeys) {
    if (group.section == section && contains(group.keys, key)) return group.subject;
  }
  return {};
}

}  // namespace

std::span<const IgnoredKeys> ignored_keys() {
  return kIgnoredKeys;
}

std::string_view ignored_key_subject(std::string_view section, std::string_view key) {
  const std::string_view subject = subject_in_section(section, key);
  if (section != "Socket" || !subject.empty() || contains(kOnlyOfServices, key)) return subject;
  return subject_in_section("Service", key);
}

bool is_install_key(std::string_view key) {
  constexpr std::array<std::string_view, 5> kKeys = {"Alias", "WantedBy", "RequiredBy", "Also",
                                                     "DefaultInstance"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

}  // namespace logq::supervise
