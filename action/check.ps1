# Runs the gate in a step of GitHub Actions, on Windows (pwsh 7.3 or later); check.sh is its twin, and
# says why. Nothing here is parsed as a command: each input is one argument, or one line of it.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
Set-StrictMode -Version Latest

function Set-Undecided {
    $outputs = 'verdict=error', 'exit-code=2', 'checked=0', 'findings=0', 'extent=', 'resealed=', 'authority=none', 'staged=', 'report=', 'artifact='
    [IO.File]::AppendAllLines($env:GITHUB_OUTPUT, [string[]] $outputs)
}

function Stop-Gate([string] $why) {
    Write-Host "::error title=sealgate::$why"
    exit 2
}

function Get-Lines([string] $text) {
    @($text -split "`r?`n" | Where-Object { $_ -ne '' })
}

function Copy-Action([string] $from, [string] $to, [string[]] $but) {
    [void] [IO.Directory]::CreateDirectory($to)
    foreach ($item in Get-ChildItem -LiteralPath $from -Force) {
        $link = ($item.Attributes -band [IO.FileAttributes]::ReparsePoint) -ne 0
        if ($link -or $item.Name -in $but) { continue }
        $place = Join-Path $to $item.Name
        if ($item.PSIsContainer) {
            Copy-Action $item.FullName $place @()
        } else {
            [IO.File]::Copy($item.FullName, $place)
        }
    }
}

function New-Gate {
    $cargo = Get-Command cargo -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $cargo) {
        Stop-Gate "there is no cargo to build sealgate with: install Rust, or use the input 'binary'"
    }
    $root = [IO.Path]::GetPathRoot($room)
    foreach ($name in '.cargo\config', '.cargo\config.toml', 'rust-toolchain', 'rust-toolchain.toml') {
        if (Test-Path -LiteralPath (Join-Path $root $name)) {
            Stop-Gate "$root$name would decide how sealgate is built: use the input 'binary'"
        }
    }
    $own = Join-Path $room 'cargo'
    $copy = Join-Path $own 'sealgate'
    $target = Join-Path $room 'target'
    Copy-Action $action $copy @('.git', 'target')
    # With a full path: what starts programs here looks into the current directory first.
    $start = [Diagnostics.ProcessStartInfo]::new($cargo.Source)
    foreach ($argument in 'build', '--release', '--locked', '--bin', 'sealgate',
        '--manifest-path', (Join-Path $copy 'Cargo.toml'), '--target-dir', $target) {
        $start.ArgumentList.Add($argument)
    }
    $start.UseShellExecute = $false
    $start.WorkingDirectory = $root
    $start.Environment.Clear()
    # Beside those of check.sh: what Windows wants in every process, and where a linker is looked for.
    foreach ($name in 'PATH', 'PATHEXT', 'ComSpec', 'SystemDrive', 'SystemRoot', 'windir', 'OS',
        'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE', 'ProgramData', 'ProgramFiles', 'ProgramFiles(x86)',
        'ProgramW6432', 'CommonProgramFiles', 'CommonProgramFiles(x86)', 'CommonProgramW6432',
        'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR') {
        $value = [Environment]::GetEnvironmentVariable($name)
        if ($value) { $start.Environment[$name] = $value }
    }
    $toolchains = "$env:RUSTUP_HOME"
    if (-not [IO.Path]::IsPathFullyQualified($toolchains)) { $toolchains = "$env:USERPROFILE\.rustup" }
    $start.Environment['RUSTUP_HOME'] = $toolchains
    $start.Environment['CARGO_HOME'] = $own
    foreach ($name in 'HOME', 'USERPROFILE', 'TEMP', 'TMP') {
        $place = Join-Path $room 'home'
        [void] [IO.Directory]::CreateDirectory($place)
        $start.Environment[$name] = $place
    }
    $build = [Diagnostics.Process]::Start($start)
    $build.WaitForExit()
    if ($build.ExitCode -ne 0) { Stop-Gate 'sealgate could not be built from the checkout of the action' }
    $built = Join-Path $room 'sealgate.exe'
    [IO.File]::Move((Join-Path $target 'release' 'sealgate.exe'), $built)
    Remove-Item -LiteralPath $target, $own -Recurse -Force
    $built
}

Set-Undecided
$search = @("$env:PATH" -split ';' | Where-Object { [IO.Path]::IsPathFullyQualified($_) })
$env:PATH = $search -join ';'
$room = Join-Path $env:RUNNER_TEMP "sealgate-$([guid]::NewGuid())"
[void] [IO.Directory]::CreateDirectory($room)
# What the action keeps of a failure: the report, and what builds made.
$keep = Join-Path $room 'keep'
[void] [IO.Directory]::CreateDirectory($keep)
$report = Join-Path $keep 'report.json'

# The action keeps the report of a failure under a name that no other job of the run takes, and the
# program prints how to get it.
if ("$env:IN_KEEP_REPORT" -cnotin '', 'false', 'true') { Stop-Gate "the input 'keep-report' is true or false" }
$env:SEALGATE_ARTIFACT = ''
if ("$env:IN_KEEP_REPORT" -ceq 'true') {
    $env:SEALGATE_ARTIFACT = (Split-Path -Leaf $room) -creplace '^sealgate-', 'sealgate-report-'
}

if ("$env:IN_CACHE" -cnotin '', 'false', 'true') { Stop-Gate "the input 'cache' is true or false" }
if ("$env:IN_CACHE" -ceq 'true') { Write-Output "sealgate: the input 'cache' has no effect on Windows" }

$action = $env:GITHUB_ACTION_PATH
$manifest = [IO.File]::ReadAllText((Join-Path $action 'Cargo.toml'))
$version = [regex]::Match($manifest, '(?m)^version = "([^"\r\n]*)"').Groups[1].Value
$wanted = "$env:IN_VERSION" -creplace '^v', ''
if ($wanted -eq '') { $wanted = $version }
$archive = "sealgate-$wanted-x86_64-pc-windows-msvc.zip"
$digest = ''
if ($env:PROCESSOR_ARCHITECTURE -eq 'AMD64') {
    foreach ($line in [IO.File]::ReadAllLines((Join-Path $action 'releases.sha256'))) {
        $row = $line -split ' +'
        if ($row.Count -eq 2 -and $row[1] -ceq $archive) { $digest = $row[0] }
    }
}
if ("$env:IN_BINARY" -ne '') {
    $binary = [IO.Path]::GetFullPath($env:IN_BINARY, $PWD.ProviderPath)
} elseif ($digest -ne '') {
    $file = Join-Path $room $archive
    $url = "$env:GITHUB_SERVER_URL/$env:ACTION_REPOSITORY/releases/download/v$wanted/$archive"
    try {
        Invoke-WebRequest -Uri $url -OutFile $file -MaximumRetryCount 3 -RetryIntervalSec 2
    } catch {
        Stop-Gate 'the release of sealgate could not be downloaded'
    }
    $found = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash.ToLowerInvariant()
    if ($found -cne $digest) {
        Stop-Gate 'the release of sealgate is not the one whose SHA-256 the action states: nothing was run'
    }
    Expand-Archive -LiteralPath $file -DestinationPath $room
    $binary = Join-Path $room 'sealgate.exe'
} elseif ($wanted -ceq $version) {
    $binary = New-Gate
} else {
    Stop-Gate "the action has no SHA-256 of the wanted version of sealgate: use its own, or the input 'binary'"
}

if ("$env:IN_WORKING_DIRECTORY" -ne '') { Set-Location -LiteralPath $env:IN_WORKING_DIRECTORY }

# Whether there is a policy in the seals of this repository.
function Test-Policy {
    $directory = $PWD.ProviderPath
    while ($directory) {
        if (Test-Path -LiteralPath (Join-Path $directory 'seals/policy.toml')) { return $true }
        if (Test-Path -LiteralPath (Join-Path $directory '.git')) { return $false }
        $directory = Split-Path -Parent $directory
    }
    return $false
}

# Without the input there is a hyphen: no environment is asked about. An expression that came to
# nothing must not look like that.
if ("$env:IN_ENVIRONMENT" -ceq '-') {
    $env:IN_ENVIRONMENT = ''
} elseif ("$env:IN_ENVIRONMENT" -eq '' -and (Test-Policy)) {
    Stop-Gate "the input 'environment' is empty, and there is a policy: name the environment, or leave the input out"
}

$names = @("$env:IN_SEALS" -split '\s+' | Where-Object { $_ -ne '' })
if ("$env:EVENT_SHA" -cnotmatch '^([0-9a-f]{40}|[0-9a-f]{64})$') {
    Stop-Gate 'the event names no commit by its full id'
}
$arguments = [Collections.Generic.List[string]]::new()
if ("$env:IN_REBUILD" -cnotin '', 'false', 'true') { Stop-Gate "the input 'rebuild' is true or false" }
$rebuild = "$env:IN_REBUILD" -ceq 'true'
if ($rebuild) {
    if ("$env:IN_AT$env:IN_STAGE$env:IN_REV$env:IN_PARTITION$env:IN_ENVIRONMENT$env:IN_ACTION$env:IN_REF$env:IN_MERGE_REPORTS" -ne '') {
        Stop-Gate "with 'rebuild' there is no 'at', 'stage', 'rev', 'partition', 'environment', 'action', 'ref' and 'merge-reports'"
    }
    if ("$env:GITHUB_EVENT_NAME" -ceq 'pull_request_target') {
        Stop-Gate 'no build runs for pull_request_target: it would have the rights and secrets of the repository'
    }
    foreach ($name in $names) {
        if ($name.StartsWith('-')) { Stop-Gate 'no seal has a name that begins with a hyphen' }
    }
    $arguments.Add('rebuild')
    foreach ($name in $names) { $arguments.Add($name) }
    $arguments.Add("--seals-from=$env:EVENT_SHA")
    if ($env:SEALGATE_ARTIFACT) { $arguments.Add("--keep=$(Join-Path $keep 'built')") }
} elseif ("$env:IN_MERGE_REPORTS" -ne '') {
    if ("$env:IN_AT$env:IN_STAGE$env:IN_REV$env:IN_PARTITION$env:IN_ENVIRONMENT$env:IN_ACTION$env:IN_REF" -ne '') {
        Stop-Gate "with 'merge-reports' there is no 'at', 'stage', 'rev', 'partition', 'environment', 'action' and 'ref'"
    }
    $arguments.AddRange([string[]] ('merge-reports', '--globs', "--seals-from=$env:EVENT_SHA"))
    foreach ($name in $names) { $arguments.Add("--only=$name") }
    $names = @(Get-Lines $env:IN_MERGE_REPORTS)
} elseif ("$env:IN_ACTION" -ne '') {
    if ("$env:IN_SEALS$env:IN_AT$env:IN_STAGE$env:IN_PARTITION$env:IN_ON_RESEAL" -ne '') {
        Stop-Gate "with 'action' there is no 'seals', 'at', 'stage', 'partition' and 'on-reseal'"
    }
    if ("$env:IN_ENVIRONMENT" -eq '') { Stop-Gate "an 'action' is done in an 'environment': name it" }
    if ($env:IN_ACTION -cnotmatch '\A[A-Za-z][A-Za-z0-9-]*\z') { Stop-Gate 'an action is a word such as apply' }
    $arguments.AddRange([string[]] ('grant', 'use', "--environment=$env:IN_ENVIRONMENT"))
    if ("$env:IN_REV" -ne '') { $arguments.Add("--rev=$env:IN_REV") }
    if ("$env:IN_PLAN" -ne '') { $arguments.Add("--plan=$env:IN_PLAN") }
    foreach ($line in Get-Lines $env:IN_EVIDENCE) { $arguments.Add("--evidence=$line") }
} else {
    if ("$env:IN_REV" -ne '') {
        $arguments.AddRange([string[]] ('check', "--rev=$env:IN_REV"))
    } else {
        $arguments.AddRange([string[]] ('check', "--seals-from=$env:EVENT_SHA"))
    }
    if ("$env:IN_AT" -ne '') { $arguments.Add("--at=$env:IN_AT") }
    if ("$env:IN_STAGE" -ne '') { $arguments.Add("--stage=$env:IN_STAGE") }
    if ("$env:IN_ENVIRONMENT" -ne '') { $arguments.Add("--environment=$env:IN_ENVIRONMENT") }
    if ("$env:IN_PARTITION" -ne '') { $arguments.Add("--partition=$env:IN_PARTITION") }
}
$base = if ("$env:IN_BASE" -ne '') { $env:IN_BASE } else { 'auto' }
if ("$env:IN_ACTION" -eq '') {
    if ("$env:IN_PLAN$env:IN_EVIDENCE" -ne '') {
        Stop-Gate "the input 'action' is empty, and 'plan' and 'evidence' are for an action: name it, or leave them out"
    }
    if ("$env:IN_ENVIRONMENT" -ne '') {
        Write-Output "sealgate: the input 'action' is empty: no grant is used, and no action is authorised"
    }
    $arguments.Add("--base=$base")
} elseif ($base -cne 'auto') {
    $arguments.Add("--base=$base")
}
if ("$env:IN_REF" -ne '') { $arguments.Add("--ref=$env:IN_REF") }
if ("$env:IN_POLICY_DIGEST" -ne '') { $arguments.Add("--policy-digest=$env:IN_POLICY_DIGEST") }
if ("$env:IN_ON_RESEAL" -ne '') { $arguments.Add("--on-reseal=$env:IN_ON_RESEAL") }
$arguments.AddRange([string[]] ('--format=github', "--report=json=$report"))
foreach ($line in Get-Lines $env:IN_REPORTS) { $arguments.Add("--report=$line") }
if ("$env:IN_ACTION" -ne '') {
    $arguments.Add($env:IN_ACTION)
} elseif (-not $rebuild) {
    $arguments.Add('--')
    foreach ($name in $names) { $arguments.Add($name) }
}

& $binary @arguments
$code = $LASTEXITCODE
# Another program: whatever it wrote before does not count.
if ($code -notin 0, 1, 2) { Set-Undecided }
if ($code -ne 0 -and (Test-Path -LiteralPath $report)) {
    [IO.File]::AppendAllLines($env:GITHUB_OUTPUT, [string[]] ("artifact=$env:SEALGATE_ARTIFACT", "keep=$keep"))
}
exit $code
