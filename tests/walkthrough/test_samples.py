from threatmodel.documents.packs import sample_plans


def test_every_worked_example_is_shown_as_a_sample_plan_that_says_it_is_made_up(client):
    listed = client.get("/samples/").content.decode()

    assert len(sample_plans()) >= 25
    for sample in sample_plans():
        assert f'href="/samples/{sample}/"' in listed
    page = client.get("/samples/journalist/")
    assert page.status_code == 200
    assert b'class="note"' in page.content


def test_a_sample_that_there_is_not_is_not_found(client):
    assert client.get("/samples/nobody/").status_code == 404


def test_looking_at_samples_and_sources_leaves_nothing_on_the_device(client):
    client.get("/samples/")
    client.get("/about/")
    client.get("/samples/journalist/")

    assert not client.cookies
